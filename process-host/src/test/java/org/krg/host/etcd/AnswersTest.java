// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.Event.EventType;
import com.ibm.etcd.api.ResponseHeader;
import com.ibm.etcd.api.ResponseOp.ResponseCase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcStatus;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.ClusterStore.NoQuorum;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.KeySpace.Change;
import org.krg.state.command.KeyResult;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyValue;

final class AnswersTest {
    private static final ResponseHeader HEADER =
            ResponseHeader.newBuilder().setRevision(9).setMemberId(1).build();
    private static final KeyValue KEY =
            new KeyValue(
                    Bytes.of("k"),
                    Bytes.of("v"),
                    new Revision(3),
                    new Revision(5),
                    2,
                    new LeaseId(7));

    @Test
    void aKeyKeepsEverything() {
        var message = Answers.keyValue(KEY);
        assertThat(message.getKey()).isEqualTo(ByteString.copyFromUtf8("k"));
        assertThat(message.getValue()).isEqualTo(ByteString.copyFromUtf8("v"));
        assertThat(message.getCreateRevision()).isEqualTo(3);
        assertThat(message.getModRevision()).isEqualTo(5);
        assertThat(message.getVersion()).isEqualTo(2);
        assertThat(message.getLease()).isEqualTo(7);
    }

    @Test
    void aRangeSaysHowManyThereAreAndWhetherSomeAreHidden() {
        var message = Answers.range(HEADER, new KeyResult.Found(List.of(KEY), 4, true));
        assertThat(message.getKvsList()).containsExactly(Answers.keyValue(KEY));
        assertThat(message.getCount()).isEqualTo(4);
        assertThat(message.getMore()).isTrue();
        assertThat(message.getHeader()).isEqualTo(HEADER);
    }

    @Test
    void theResultsOfATransactionStandInItsOrder() {
        var done =
                new Reply.Transacted(
                        new Revision(9),
                        true,
                        List.of(
                                new KeyResult.Written(Optional.of(KEY)),
                                new KeyResult.Deleted(2, List.of(KEY)),
                                new KeyResult.Found(List.of(), 0, false),
                                new KeyResult.Nested(
                                        false, List.of(new KeyResult.Written(Optional.empty())))));
        var message = Answers.transaction(HEADER, done);

        assertThat(message.getSucceeded()).isTrue();
        assertThat(message.getResponsesList())
                .extracting(each -> each.getResponseCase())
                .containsExactly(
                        ResponseCase.RESPONSE_PUT,
                        ResponseCase.RESPONSE_DELETE_RANGE,
                        ResponseCase.RESPONSE_RANGE,
                        ResponseCase.RESPONSE_TXN);
        assertThat(message.getResponses(0).getResponsePut().getPrevKv())
                .isEqualTo(Answers.keyValue(KEY));
        assertThat(message.getResponses(1).getResponseDeleteRange().getDeleted()).isEqualTo(2);
        assertThat(message.getResponses(3).getResponseTxn().getSucceeded()).isFalse();
        assertThat(message.getResponses(3).getResponseTxn().getResponsesCount()).isEqualTo(1);
    }

    @Test
    void aDeletionHasItsKeyAndRevisionOnly() {
        var gone =
                new KeyValue(
                        Bytes.of("k"),
                        Bytes.EMPTY,
                        Revision.ZERO,
                        new Revision(8),
                        0,
                        new LeaseId(0));
        var message = Answers.event(new Change(gone, Optional.of(KEY)));
        assertThat(message.getType()).isEqualTo(EventType.DELETE);
        assertThat(message.getKv().getModRevision()).isEqualTo(8);
        assertThat(message.getKv().getVersion()).isZero();
        assertThat(message.getPrevKv()).isEqualTo(Answers.keyValue(KEY));
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void aRefusalIsNeverAnAnswer(Refusal refusal) {
        var reply = new Reply.Refused(new Revision(1), refusal, "no");
        assertThatThrownBy(() -> Answers.transacted(reply)).isInstanceOf(GrpcFailure.class);
        assertThatThrownBy(() -> Answers.accepted(reply)).isInstanceOf(GrpcFailure.class);
    }

    @ParameterizedTest
    @CsvSource({
        "LEASE_NOT_FOUND, NOT_FOUND, etcdserver: requested lease not found",
        "KEY_NOT_FOUND, INVALID_ARGUMENT, etcdserver: key not found",
        "KEY_EMPTY, INVALID_ARGUMENT, etcdserver: key is not provided",
        "DUPLICATE_KEY, INVALID_ARGUMENT, etcdserver: duplicate key given in txn request",
        "TOO_MANY_OPERATIONS, INVALID_ARGUMENT, etcdserver: too many operations in txn request",
        "VALUE_PROVIDED, INVALID_ARGUMENT, etcdserver: value is provided",
        "LEASE_PROVIDED, INVALID_ARGUMENT, etcdserver: lease is provided",
        "TOO_LARGE, INVALID_ARGUMENT, etcdserver: request is too large",
        "LIMIT, RESOURCE_EXHAUSTED, etcdserver: mvcc: database space exceeded",
        "COMPACTED, OUT_OF_RANGE, etcdserver: mvcc: required revision has been compacted",
        "FUTURE_REVISION, OUT_OF_RANGE, etcdserver: mvcc: required revision is a future revision",
        "NOT_PERMITTED, PERMISSION_DENIED, etcdserver: permission denied",
        "NAME_TAKEN, FAILED_PRECONDITION, etcdserver: lease already exists"
    })
    void refusalsAreToldInTheWordsOfEtcd(Refusal refusal, GrpcStatus status, String message) {
        var failure = Errors.of(refusal, "no");
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure).hasMessage(message);
    }

    @Test
    void anUnknownOutcomeIsNeitherSuccessNorDefinite() {
        var unknown = Errors.of(new UnknownOutcome("lost", new IllegalStateException("lost")));
        assertThat(unknown.status()).isEqualTo(GrpcStatus.UNAVAILABLE);
        assertThat(unknown).hasMessage("etcdserver: request timed out");

        var nothing = Errors.of(new NoQuorum("nobody"));
        assertThat(nothing.status()).isEqualTo(GrpcStatus.UNAVAILABLE);
        assertThat(nothing).hasMessage("etcdserver: no leader");
    }

    @Test
    void whatIsCompactedSaysSo() {
        assertThat(Errors.of(new Compacted(new Revision(7))))
                .hasMessage("etcdserver: mvcc: required revision has been compacted");
    }
}
