// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

/// What an agent refused, or that none could be asked.
public final class ApiFailure extends RuntimeException {
    /// No majority, or nobody answers: nothing was changed.
    public static final String NO_QUORUM = "NO_QUORUM";

    /// It cannot be told whether it took effect.
    public static final String TIMED_OUT = "TIMED_OUT";

    /// Events that were asked for are no longer kept.
    public static final String COMPACTED = "COMPACTED";

    /// Anything without a code of its own.
    public static final String FAILED = "FAILED";

    private static final long serialVersionUID = 1;

    private final String code;
    private final String what;
    private final String remedy;
    private final int exit;

    /// @param code as listed in `docs/api.md`
    /// @param what what was attempted and why it failed
    /// @param remedy what the user can do; may be empty
    /// @param exit what `krg-admin` exits with
    public ApiFailure(String code, String what, String remedy, int exit) {
        super(what);
        this.code = code;
        this.what = what;
        this.remedy = remedy;
        this.exit = exit;
    }

    static ApiFailure unreachable(String what) {
        return new ApiFailure(
                NO_QUORUM,
                what,
                "see that an agent runs (krg-admin dev status for a dev cluster), or name one with --endpoint",
                8);
    }

    static ApiFailure uncertain(String what) {
        return new ApiFailure(
                TIMED_OUT, what, "look whether it took effect before you do it again", 7);
    }

    @Override
    public String getMessage() {
        return what;
    }

    /// {@return the code, as listed in `docs/api.md`}
    public String code() {
        return code;
    }

    /// {@return what the user can do; may be empty}
    public String remedy() {
        return remedy;
    }

    /// {@return what `krg-admin` exits with}
    public int exit() {
        return exit;
    }

    /// {@return whether what was asked may have taken effect nevertheless}
    public boolean isUncertain() {
        return code.equals(TIMED_OUT);
    }
}
