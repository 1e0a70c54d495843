// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.krg.state.engine.Halt;
import org.slf4j.LoggerFactory;

/// The log of an agent: everything to `<data>/log/krgd.log`, to standard output only what whoever
/// started it waits for, and to standard error why it ended.
final class AgentLog {
    /// The logger whose sentences also go to standard output.
    static final String CONSOLE = "krgd";

    /// Held, because the JDK forgets a logger that nobody holds.
    private static final java.util.logging.Logger JDK_ROOT = java.util.logging.Logger.getLogger("");

    private static final int OLD_FILES = 4;
    private static final String FILE_BYTES = "16MB";

    private AgentLog() {}

    /// Sends [#CONSOLE] to standard output, last words to standard error, and nothing else
    /// anywhere. The disk of the log may be what the process ends for.
    static void toConsole() {
        var context = context();
        context.reset();
        root(context).setLevel(Level.INFO);
        context.getLogger(CONSOLE).addAppender(console(context, ConsoleTarget.SystemOut, "%msg%n"));
        context.getLogger(Halt.class)
                .addAppender(console(context, ConsoleTarget.SystemErr, "error: %msg%n%ex{short}"));
        // The gRPC inside Ratis logs by the JDK's own means, to standard error.
        JDK_ROOT.setLevel(java.util.logging.Level.WARNING);
    }

    /// Sends everything to the log of the data directory too.
    static void toFile(Path data) {
        var context = context();
        var file = data.resolve("log/krgd.log").toString();
        var appender = new RollingFileAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setFile(file);
        appender.setEncoder(
                encoder(
                        context,
                        "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level [%thread] %logger{0}: %msg%n"));
        var window = new FixedWindowRollingPolicy();
        window.setContext(context);
        window.setParent(appender);
        window.setFileNamePattern(file + ".%i");
        window.setMaxIndex(OLD_FILES);
        window.start();
        var size = new SizeBasedTriggeringPolicy<ILoggingEvent>();
        size.setContext(context);
        size.setMaxFileSize(FileSize.valueOf(FILE_BYTES));
        size.start();
        appender.setRollingPolicy(window);
        appender.setTriggeringPolicy(size);
        appender.start();
        root(context).addAppender(appender);
        // Ratis and Armeria tell their own lives at INFO.
        context.getLogger("org.apache.ratis").setLevel(Level.WARN);
        // Of a member that is out of reach it tells several times a second; its lease tells once.
        context.getLogger("org.apache.ratis.grpc.server.GrpcLogAppender").setLevel(Level.ERROR);
        context.getLogger("com.linecorp.armeria").setLevel(Level.WARN);
        context.getLogger("io.netty").setLevel(Level.WARN);
        // It warns of each connection to the unix socket: Armeria sets options of TCP on it, too.
        context.getLogger("io.netty.bootstrap.ServerBootstrap").setLevel(Level.ERROR);
    }

    private static ConsoleAppender<ILoggingEvent> console(
            LoggerContext context, ConsoleTarget target, String pattern) {
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(context);
        console.setTarget(target.getName());
        console.setEncoder(encoder(context, pattern));
        console.start();
        return console;
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static Logger root(LoggerContext context) {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static PatternLayoutEncoder encoder(LoggerContext context, String pattern) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        return encoder;
    }
}
