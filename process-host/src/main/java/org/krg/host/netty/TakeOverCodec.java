// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import org.krg.host.TakeOver;
import org.krg.host.proto.PeerWire;
import org.krg.host.proto.PeerWire.Answer;
import org.krg.host.proto.PeerWire.Answer.AnswerCase;
import org.krg.state.model.BlockId;
import org.krg.state.model.SegmentId;

/// What is asked and answered about pages of a node that ends, as messages.
final class TakeOverCodec {
    private TakeOverCodec() {}

    static PeerWire.TakeOver encode(TakeOver question) {
        return PeerWire.TakeOver.newBuilder()
                .setSegment(question.block().segment().value())
                .setBlock(question.block().number())
                .addAllPages(question.pages())
                .build();
    }

    static TakeOver decode(PeerWire.TakeOver question) {
        var block = new BlockId(new SegmentId(question.getSegment()), question.getBlock());
        return new TakeOver(block, question.getPagesList());
    }

    static Answer.Builder encode(TakeOver.Answer answer) {
        var wire = PeerWire.TakenOver.newBuilder();
        switch (answer) {
            case TakeOver.Answer.Takes(var missing) -> wire.setMissing(missing);
            case TakeOver.Answer.Declines(var why) -> wire.setDeclined(why);
        }
        return Answer.newBuilder().setTakenOver(wire);
    }

    /// @throws AskFailed if it is the answer to something else
    static TakeOver.Answer decode(Answer answer) {
        var taken = Answers.require(answer, AnswerCase.TAKEN_OVER).getTakenOver();
        return taken.getDeclined().isEmpty()
                ? new TakeOver.Answer.Takes(taken.getMissing())
                : new TakeOver.Answer.Declines(taken.getDeclined());
    }
}
