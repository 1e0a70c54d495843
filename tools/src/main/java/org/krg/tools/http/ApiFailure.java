// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import javax.net.ssl.SSLException;
import org.krg.state.model.HostPort;

/// What an agent refused, or that none could be asked.
public final class ApiFailure extends RuntimeException {
    /// No majority, or nobody answers: nothing was changed.
    public static final String NO_QUORUM = "NO_QUORUM";

    /// It cannot be told whether it took effect.
    public static final String TIMED_OUT = "TIMED_OUT";

    /// Events that were asked for are no longer kept.
    public static final String COMPACTED = "COMPACTED";

    /// The caller may not.
    public static final String NOT_PERMITTED = "NOT_PERMITTED";

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

    static ApiFailure unreachable(String what, String remedy) {
        return new ApiFailure(NO_QUORUM, what, remedy, 8);
    }

    static ApiFailure distrusted(HostPort endpoint, SSLException why) {
        return new ApiFailure(
                NOT_PERMITTED,
                endpoint + " and this command do not believe each other: " + why.getMessage(),
                "see that --cacert is of this cluster, that --cert has not ended, and that the agent is asked at the address in its certificate",
                4);
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
