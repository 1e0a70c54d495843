// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import com.codahale.metrics.MetricRegistry;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.impl.RatisMetricRegistryImpl;
import org.apache.ratis.thirdparty.com.codahale.metrics.Counter;
import org.apache.ratis.thirdparty.com.codahale.metrics.Gauge;
import org.apache.ratis.thirdparty.com.codahale.metrics.MetricRegistryListener;
import org.apache.ratis.thirdparty.com.codahale.metrics.Timer;

/// Shows the metrics of one Ratis member, whose types are a private copy of Dropwizard's, as
/// `krg.ratis.*` of a registry that others can read. Without a reader Ratis would publish them by
/// JMX.
final class RatisMeters implements AutoCloseable {
    private final String member;
    private final MetricRegistry metrics;
    private final Consumer<RatisMetricRegistry> made = this::show;
    private final Consumer<RatisMetricRegistry> gone = this::hide;

    /// Shows the metrics of the member with the peer id `peer`, which must not be started yet.
    RatisMeters(String peer, MetricRegistry metrics) {
        this.member = peer + "@";
        this.metrics = metrics;
        MetricRegistries.global().addReporterRegistration(made, gone);
    }

    @Override
    public void close() {
        MetricRegistries.global().removeReporterRegistration(made, gone);
    }

    private void show(RatisMetricRegistry registry) {
        findOurs(registry).ifPresent(ours -> ours.addListener(new Copying(prefix(registry))));
    }

    private void hide(RatisMetricRegistry registry) {
        var copying = new Copying(prefix(registry));
        findOurs(registry).ifPresent(ours -> ours.getNames().forEach(copying::hideAll));
    }

    private Optional<org.apache.ratis.thirdparty.com.codahale.metrics.MetricRegistry> findOurs(
            RatisMetricRegistry registry) {
        return prefix(registry).startsWith(member)
                        && registry instanceof RatisMetricRegistryImpl readable
                ? Optional.of(readable.getDropWizardMetricRegistry())
                : Optional.empty();
    }

    private static String prefix(RatisMetricRegistry registry) {
        return registry.getMetricRegistryInfo().getPrefix();
    }

    private final class Copying extends MetricRegistryListener.Base {
        private static final String COUNT = "_count";
        private static final String P99 = "_p99_seconds";

        private final String prefix;

        Copying(String prefix) {
            this.prefix = prefix;
        }

        private void show(String name, String aspect, Supplier<?> value) {
            // A member that leads again makes the metrics of its leadership anew.
            hide(name, aspect);
            metrics.registerGauge(ours(name, aspect), value::get);
        }

        private void hide(String name, String aspect) {
            metrics.remove(ours(name, aspect));
        }

        private void hideAll(String name) {
            hide(name, "");
            hide(name, COUNT);
            hide(name, P99);
        }

        private String ours(String name, String aspect) {
            return "krg." + name.replace("." + prefix, "") + aspect;
        }

        @Override
        public void onGaugeAdded(String name, Gauge<?> gauge) {
            show(name, "", gauge::getValue);
        }

        @Override
        public void onGaugeRemoved(String name) {
            hideAll(name);
        }

        @Override
        public void onCounterAdded(String name, Counter counter) {
            show(name, "", counter::getCount);
        }

        @Override
        public void onCounterRemoved(String name) {
            hideAll(name);
        }

        @Override
        public void onTimerAdded(String name, Timer timer) {
            show(name, COUNT, timer::getCount);
            show(name, P99, () -> seconds(timer.getSnapshot().get99thPercentile()));
        }

        @Override
        public void onTimerRemoved(String name) {
            hideAll(name);
        }

        private static double seconds(double nanos) {
            return nanos / TimeUnit.SECONDS.toNanos(1);
        }
    }
}
