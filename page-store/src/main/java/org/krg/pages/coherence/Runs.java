// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.krg.pages.coherence.Access.READ;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.Effect.Install;
import org.krg.pages.coherence.Effect.Load;
import org.krg.pages.coherence.Effect.Send;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Member;

/// What is to be done, in order. Of what is done to one page after the other it makes one: one
/// message, one call of the kernel.
///
/// Only what is added one after the other is joined, so nothing comes earlier or later than
/// something else. Only what is read is joined: who writes asks for one page. A page that goes on
/// with a run costs no object.
final class Runs {
    private List<Effect> effects = new ArrayList<>();

    /// The run that may go on, as if it were its first page alone; null if there is none.
    private @Nullable Effect open;

    /// The page that would go on with it.
    private int next;

    private int count;

    /// Adds something that is done to one page, or to none.
    void add(Effect effect) {
        end();
        effects.add(effect);
    }

    void addAll(List<Effect> others) {
        end();
        effects.addAll(others);
    }

    /// Asks for a page.
    void request(Member home, long epoch, int page, boolean write, boolean ahead) {
        var isNext =
                !write
                        && follows(page)
                        && open instanceof Send send
                        && send.message() instanceof Request before
                        && !before.write()
                        && before.ahead() == ahead
                        && isSame(send, home, epoch, Payload.NONE);
        if (!isNext) {
            var request = new Request(page, 1, write, ahead);
            begin(page, new Send(home, epoch, request, Payload.NONE));
        }
        goOn();
    }

    /// Asks a member for its copy.
    void fetch(Member from, long epoch, int page) {
        var isNext =
                follows(page)
                        && open instanceof Send send
                        && send.message() instanceof Fetch
                        && isSame(send, from, epoch, Payload.NONE);
        if (!isNext) {
            begin(page, new Send(from, epoch, new Fetch(page), Payload.NONE));
        }
        goOn();
    }

    /// Grants a page to be read.
    void grant(Member to, long epoch, int page, long version, Content content, Payload payload) {
        var isNext =
                follows(page)
                        && open instanceof Send send
                        && send.message() instanceof Grant before
                        && before.version() == version
                        && before.content() == content
                        && isSame(send, to, epoch, payload);
        if (!isNext) {
            begin(page, new Send(to, epoch, new Grant(page, READ, version, content), payload));
        }
        goOn();
    }

    /// Makes an absent page readable.
    void install(int page, Content content) {
        var isNext = follows(page) && open instanceof Install before && before.content() == content;
        if (!isNext) {
            begin(page, new Install(page, 1, false, content));
        }
        goOn();
    }

    /// Reads a page from the file.
    void load(int page) {
        if (!follows(page) || !(open instanceof Load)) {
            begin(page, new Load(page, 1));
        }
        goOn();
    }

    /// {@return all that was added since the last call}
    List<Effect> take() {
        end();
        var taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    private boolean follows(int page) {
        return page == next && count < PageMessage.LONGEST_RUN;
    }

    private static boolean isSame(Send send, Member to, long epoch, Payload payload) {
        return send.to().equals(to) && send.epoch() == epoch && send.payload() == payload;
    }

    private void begin(int page, Effect first) {
        end();
        open = first;
        next = page;
    }

    private void goOn() {
        next++;
        count++;
    }

    private void end() {
        if (open != null) {
            effects.add(count == 1 ? open : longer(open, count));
            open = null;
            count = 0;
        }
    }

    private static Effect longer(Effect first, int count) {
        return switch (first) {
            case Send(var to, var epoch, var message, var payload) ->
                    new Send(to, epoch, longer(message, count), payload);
            case Install(var page, var _, var writable, var content) ->
                    new Install(page, count, writable, content);
            case Load(var page, var _) -> new Load(page, count);
            default -> throw new InvariantBroken("no run is of that: " + first);
        };
    }

    private static PageMessage longer(PageMessage first, int count) {
        return switch (first) {
            case Request(var page, var _, var write, var ahead) ->
                    new Request(page, count, write, ahead);
            case Fetch(var page, var _) -> new Fetch(page, count);
            case Grant(var page, var _, var access, var version, var content) ->
                    new Grant(page, count, access, version, content);
            default -> throw new InvariantBroken("no run is of that: " + first);
        };
    }
}
