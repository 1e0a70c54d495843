// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import org.krg.host.FileAnswer;
import org.krg.host.FileQuestion;
import org.krg.host.proto.PeerWire;
import org.krg.host.proto.PeerWire.Answer;
import org.krg.host.proto.PeerWire.Answer.AnswerCase;
import org.krg.host.proto.PeerWire.PrepareFile;
import org.krg.host.proto.PeerWire.WriteBack;
import org.krg.state.model.Identity;
import org.krg.state.model.SegmentId;

/// What is asked and answered about the files of segments, as messages.
final class FileCodec {
    private FileCodec() {}

    static PeerWire.FileQuestion encode(FileQuestion question) {
        var wire = PeerWire.FileQuestion.newBuilder();
        switch (question) {
            case FileQuestion.Prepare(var path, var owner, var sizeBytes, var create, var ticket) ->
                    wire.setPrepare(
                            PrepareFile.newBuilder()
                                    .setPath(path)
                                    .setUid(owner.uid())
                                    .setGid(owner.gid())
                                    .addAllGroups(owner.groups())
                                    .setUser(owner.name())
                                    .setSizeBytes(sizeBytes)
                                    .setCreate(create)
                                    .setTicket(ticket));
            case FileQuestion.Write(var segment, var start, var end, var ticket) ->
                    wire.setWriteBack(
                            WriteBack.newBuilder()
                                    .setSegment(segment.value())
                                    .setStart(start)
                                    .setEnd(end)
                                    .setTicket(ticket));
        }
        return wire.build();
    }

    /// @throws AskFailed if it is no question
    static FileQuestion decode(PeerWire.FileQuestion question) {
        return switch (question.getQuestionCase()) {
            case PREPARE -> {
                var prepare = question.getPrepare();
                var owner =
                        new Identity(
                                prepare.getUid(),
                                prepare.getGid(),
                                prepare.getGroupsList(),
                                prepare.getUser());
                yield new FileQuestion.Prepare(
                        prepare.getPath(),
                        owner,
                        prepare.getSizeBytes(),
                        prepare.getCreate(),
                        prepare.getTicket());
            }
            case WRITE_BACK -> {
                var write = question.getWriteBack();
                yield new FileQuestion.Write(
                        new SegmentId(write.getSegment()),
                        write.getStart(),
                        write.getEnd(),
                        write.getTicket());
            }
            case QUESTION_NOT_SET -> throw new AskFailed("nothing known is asked of a file");
        };
    }

    static Answer.Builder encode(FileAnswer answer) {
        var wire = PeerWire.FileAnswer.newBuilder();
        switch (answer) {
            case FileAnswer.Done(var value) -> wire.setValue(value);
            case FileAnswer.Pending() -> wire.setPending(true);
            case FileAnswer.Failed(var errno, var detail) -> wire.setErrno(errno).setDetail(detail);
        }
        return Answer.newBuilder().setFile(wire);
    }

    /// @throws AskFailed if it is the answer to something else
    static FileAnswer decode(Answer answer) {
        var file = Answers.require(answer, AnswerCase.FILE).getFile();
        if (file.getPending()) {
            return new FileAnswer.Pending();
        }
        return file.getErrno() == 0
                ? new FileAnswer.Done(file.getValue())
                : new FileAnswer.Failed(file.getErrno(), file.getDetail());
    }
}
