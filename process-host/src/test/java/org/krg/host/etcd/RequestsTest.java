// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.Compare;
import com.ibm.etcd.api.Compare.CompareResult;
import com.ibm.etcd.api.Compare.CompareTarget;
import com.ibm.etcd.api.DeleteRangeRequest;
import com.ibm.etcd.api.PutRequest;
import com.ibm.etcd.api.RangeRequest;
import com.ibm.etcd.api.RangeRequest.SortOrder;
import com.ibm.etcd.api.RangeRequest.SortTarget;
import com.ibm.etcd.api.RequestOp;
import com.ibm.etcd.api.TxnRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.state.command.KeyComparison;
import org.krg.state.command.KeyComparison.Operand;
import org.krg.state.command.KeyComparison.Relation;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.RangeRead;
import org.krg.state.command.RangeRead.Bounds;
import org.krg.state.command.RangeRead.By;
import org.krg.state.command.RangeRead.Order;
import org.krg.state.command.RangeRead.Shows;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

final class RequestsTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});
    private static final KeyRange ONE = KeyRange.one(Bytes.of("k"));

    @Test
    void aKeyAndAnEndNameARange() {
        assertThat(Requests.range(KEY, ByteString.EMPTY)).isEqualTo(ONE);
        assertThat(Requests.range(KEY, ByteString.copyFromUtf8("l")))
                .isEqualTo(KeyRange.prefix(Bytes.of("k")));
        assertThat(Requests.range(KEY, ZERO)).isEqualTo(KeyRange.from(Bytes.of("k")));
        assertThat(Requests.range(ZERO, ZERO)).isEqualTo(KeyRange.ALL);
        assertThatThrownBy(() -> Requests.range(ByteString.EMPTY, ZERO))
                .isInstanceOf(GrpcFailure.class)
                .hasMessage("etcdserver: key is not provided");
    }

    @Test
    void aPlainReadIsOfThePresentAndInTheOrderOfKeys() {
        var request = RangeRequest.newBuilder().setKey(KEY).build();
        assertThat(Requests.read(request)).isEqualTo(RangeRead.of(ONE));
    }

    @Test
    void aReadKeepsEveryOption() {
        var request =
                RangeRequest.newBuilder()
                        .setKey(KEY)
                        .setRevision(7)
                        .setLimit(3)
                        .setSortOrder(SortOrder.DESCEND)
                        .setSortTarget(SortTarget.MOD)
                        .setMinModRevision(1)
                        .setMaxModRevision(2)
                        .setMinCreateRevision(3)
                        .setMaxCreateRevision(4)
                        .setKeysOnly(true);
        assertThat(Requests.read(request.build()))
                .isEqualTo(
                        new RangeRead(
                                ONE,
                                new Revision(7),
                                3,
                                new Order(By.MODIFIED, true),
                                new Bounds(1, 2, 3, 4),
                                Shows.KEYS));
        assertThat(Requests.read(request.setCountOnly(true).build()).shows())
                .isEqualTo(Shows.COUNT);
    }

    @Test
    void withoutADirectionTheOrderIsAscending() {
        var request =
                RangeRequest.newBuilder().setKey(KEY).setSortTarget(SortTarget.VERSION).build();
        assertThat(Requests.read(request).order()).isEqualTo(new Order(By.VERSION, false));
    }

    @Test
    void aPutKeepsEveryOption() {
        var request =
                PutRequest.newBuilder()
                        .setKey(KEY)
                        .setValue(ByteString.copyFrom(new byte[] {-1, 0}))
                        .setLease(5)
                        .setPrevKv(true)
                        .setIgnoreValue(true)
                        .setIgnoreLease(true)
                        .build();
        assertThat(Requests.put(request))
                .isEqualTo(
                        new KeyRequest.Put(
                                Bytes.of("k"),
                                Bytes.wrap(new byte[] {-1, 0}),
                                new LeaseId(5),
                                true,
                                true,
                                true));
    }

    @Test
    void aTransactionHasComparisonsAndBothBranches() {
        var put = PutRequest.newBuilder().setKey(KEY).build();
        var delete = DeleteRangeRequest.newBuilder().setKey(KEY).setPrevKv(true).build();
        var nested = TxnRequest.newBuilder().addSuccess(RequestOp.newBuilder().setRequestPut(put));
        var request =
                TxnRequest.newBuilder()
                        .addCompare(
                                compare(CompareResult.EQUAL, CompareTarget.VERSION).setVersion(1))
                        .addCompare(
                                compare(CompareResult.NOT_EQUAL, CompareTarget.CREATE)
                                        .setCreateRevision(2))
                        .addCompare(
                                compare(CompareResult.GREATER, CompareTarget.MOD).setModRevision(3))
                        .addCompare(compare(CompareResult.LESS, CompareTarget.LEASE).setLease(4))
                        .addCompare(
                                compare(CompareResult.EQUAL, CompareTarget.VALUE)
                                        .setValue(KEY)
                                        .setRangeEnd(ZERO))
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                        .addSuccess(RequestOp.newBuilder().setRequestTxn(nested))
                        .addFailure(RequestOp.newBuilder().setRequestDeleteRange(delete))
                        .addFailure(
                                RequestOp.newBuilder()
                                        .setRequestRange(RangeRequest.newBuilder().setKey(KEY)))
                        .build();

        var plain = KeyRequest.Put.of(Bytes.of("k"), Bytes.EMPTY, new LeaseId(0));
        assertThat(Requests.transaction(request))
                .isEqualTo(
                        new KeyTransaction(
                                List.of(
                                        new KeyComparison(
                                                ONE, Relation.EQUAL, new Operand.Version(1)),
                                        new KeyComparison(
                                                ONE, Relation.NOT_EQUAL, new Operand.Created(2)),
                                        new KeyComparison(
                                                ONE, Relation.GREATER, new Operand.Modified(3)),
                                        new KeyComparison(
                                                ONE, Relation.LESS, new Operand.OfLease(4)),
                                        new KeyComparison(
                                                KeyRange.from(Bytes.of("k")),
                                                Relation.EQUAL,
                                                new Operand.Value(Bytes.of("k")))),
                                List.of(
                                        plain,
                                        new KeyRequest.Nested(
                                                new KeyTransaction(
                                                        List.of(), List.of(plain), List.of()))),
                                List.of(
                                        new KeyRequest.Delete(ONE, true),
                                        new KeyRequest.Read(RangeRead.of(ONE)))));
    }

    @Test
    void whatKrgDoesNotKnowIsRefused() {
        var order = RangeRequest.newBuilder().setKey(KEY).setSortOrderValue(9).build();
        assertThatThrownBy(() -> Requests.read(order))
                .hasMessage("etcdserver: invalid sort option");
        var target = RangeRequest.newBuilder().setKey(KEY).setSortTargetValue(9).build();
        assertThatThrownBy(() -> Requests.read(target))
                .hasMessage("etcdserver: invalid sort option");
        var relation =
                TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder().setKey(KEY).setResultValue(9))
                        .build();
        assertThatThrownBy(() -> Requests.transaction(relation))
                .hasMessageContaining("the relation 9");
    }

    private static Compare.Builder compare(CompareResult result, CompareTarget target) {
        return Compare.newBuilder().setKey(KEY).setResult(result).setTarget(target);
    }
}
