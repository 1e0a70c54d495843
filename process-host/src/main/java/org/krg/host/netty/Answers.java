// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import org.krg.host.proto.PeerWire.Answer;
import org.krg.host.proto.PeerWire.Answer.AnswerCase;

/// Whether a node answers what it was asked.
final class Answers {
    private Answers() {}

    /// {@return the answer, which is of that kind}
    ///
    /// @throws AskFailed if the node could not answer, or answers something else
    static Answer require(Answer answer, AnswerCase kind) {
        if (answer.getAnswerCase() == kind) {
            return answer;
        }
        throw new AskFailed(
                answer.hasFailed()
                        ? answer.getFailed()
                        : "an answer to something else: " + answer.getAnswerCase());
    }
}
