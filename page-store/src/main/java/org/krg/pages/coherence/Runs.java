// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.krg.pages.coherence.Access.READ;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.pages.coherence.Effect.Install;
import org.krg.pages.coherence.Effect.Load;
import org.krg.pages.coherence.Effect.Send;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Request;

/// Makes one of what is done to one page after the other: one message, one call of the kernel.
///
/// Only neighbours in the list are joined, so nothing comes earlier or later than something else.
/// Only what is read is joined: who writes asks for one page.
final class Runs {
    private Runs() {}

    /// {@return the same effects, with runs of pages where they follow each other}
    static List<Effect> joined(List<Effect> effects) {
        if (effects.size() < 2) {
            return effects;
        }
        var joined = new ArrayList<Effect>(effects.size());
        var last = effects.getFirst();
        for (var next : effects.subList(1, effects.size())) {
            var both = join(last, next);
            if (both.isEmpty()) {
                joined.add(last);
            }
            last = both.orElse(next);
        }
        joined.add(last);
        return joined;
    }

    private static Optional<Effect> join(Effect first, Effect second) {
        return switch (first) {
            case Send one when second instanceof Send two -> join(one, two);
            case Install(var page, var count, var writable, var content)
                    when second instanceof Install(var next, var more, var alsoWritable, var other)
                            && !writable
                            && !alsoWritable
                            && content == other
                            && follows(page, count, next, more) ->
                    Optional.of(new Install(page, count + more, false, content));
            case Load(var page, var count)
                    when second instanceof Load(var next, var more)
                            && follows(page, count, next, more) ->
                    Optional.of(new Load(page, count + more));
            default -> Optional.empty();
        };
    }

    private static Optional<Effect> join(Send first, Send second) {
        var isSame =
                first.to().equals(second.to())
                        && first.epoch() == second.epoch()
                        && first.payload() == second.payload();
        return isSame
                ? join(first.message(), second.message())
                        .map(message ->
                                new Send(first.to(), first.epoch(), message, first.payload()))
                : Optional.empty();
    }

    private static Optional<PageMessage> join(PageMessage first, PageMessage second) {
        return switch (first) {
            case Request(var page, var count, var write, var ahead)
                    when second instanceof Request(var next, var more, var alsoWrite, var alsoAhead)
                            && !write
                            && !alsoWrite
                            && ahead == alsoAhead
                            && follows(page, count, next, more) ->
                    Optional.of(new Request(page, count + more, false, ahead));
            case Fetch(var page, var count)
                    when second instanceof Fetch(var next, var more)
                            && follows(page, count, next, more) ->
                    Optional.of(new Fetch(page, count + more));
            case Grant(var page, var count, var access, var version, var content)
                    when second
                                    instanceof
                                    Grant(var next, var more, var other, var newer, var alsoContent)
                            && access == READ
                            && other == READ
                            && version == newer
                            && content == alsoContent
                            && follows(page, count, next, more) ->
                    Optional.of(new Grant(page, count + more, READ, version, content));
            default -> Optional.empty();
        };
    }

    private static boolean follows(int page, int count, int next, int more) {
        return next == page + count && count + more <= PageMessage.LONGEST_RUN;
    }
}
