// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.util.List;
import org.krg.state.model.Caller;
import org.krg.state.model.Health;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncResult;
import org.krg.state.proto.ObjectWire;

/// The values that requests and rows of synchronisation share.
final class SyncValueCodec {
    private SyncValueCodec() {}

    static ObjectWire.SyncCaller encode(Caller caller) {
        return ObjectWire.SyncCaller.newBuilder()
                .setMember(SegmentCodec.encode(caller.member()))
                .setProcess(caller.process())
                .setThread(caller.thread())
                .build();
    }

    static Caller decode(ObjectWire.SyncCaller caller) {
        return new Caller(
                SegmentCodec.decode(caller.getMember()), caller.getProcess(), caller.getThread());
    }

    static List<ObjectWire.SyncCaller> encode(List<Caller> callers) {
        return callers.stream().map(SyncValueCodec::encode).toList();
    }

    static List<Caller> decode(List<ObjectWire.SyncCaller> callers) {
        return callers.stream().map(SyncValueCodec::decode).toList();
    }

    static ObjectWire.SyncAnswer encode(SyncAnswer answer) {
        return ObjectWire.SyncAnswer.newBuilder()
                .setResult(encode(answer.result()))
                .setValue(answer.value())
                .build();
    }

    static SyncAnswer decode(ObjectWire.SyncAnswer answer) {
        return new SyncAnswer(decode(answer.getResult()), answer.getValue());
    }

    static ObjectWire.SyncResult encode(SyncResult result) {
        return switch (result) {
            case DONE -> ObjectWire.SyncResult.SYNC_RESULT_DONE;
            case LAST -> ObjectWire.SyncResult.SYNC_RESULT_LAST;
            case OWNER_DIED -> ObjectWire.SyncResult.SYNC_RESULT_OWNER_DIED;
            case BUSY -> ObjectWire.SyncResult.SYNC_RESULT_BUSY;
            case TIMED_OUT -> ObjectWire.SyncResult.SYNC_RESULT_TIMED_OUT;
            case NOT_HELD -> ObjectWire.SyncResult.SYNC_RESULT_NOT_HELD;
            case DEADLOCK -> ObjectWire.SyncResult.SYNC_RESULT_DEADLOCK;
            case UNRECOVERABLE -> ObjectWire.SyncResult.SYNC_RESULT_UNRECOVERABLE;
            case RANGE -> ObjectWire.SyncResult.SYNC_RESULT_RANGE;
            case INVALID -> ObjectWire.SyncResult.SYNC_RESULT_INVALID;
            case REMOVED -> ObjectWire.SyncResult.SYNC_RESULT_REMOVED;
            case CHOSEN -> ObjectWire.SyncResult.SYNC_RESULT_CHOSEN;
        };
    }

    static SyncResult decode(ObjectWire.SyncResult result) {
        return Wire.constant(SyncResult.values(), SyncValueCodec::encode, result);
    }

    static ObjectWire.SyncHealth encode(Health health) {
        return switch (health) {
            case SOUND -> ObjectWire.SyncHealth.SYNC_HEALTH_SOUND;
            case INCONSISTENT -> ObjectWire.SyncHealth.SYNC_HEALTH_INCONSISTENT;
            case BROKEN -> ObjectWire.SyncHealth.SYNC_HEALTH_BROKEN;
        };
    }

    static Health decode(ObjectWire.SyncHealth health) {
        return Wire.constant(Health.values(), SyncValueCodec::encode, health);
    }
}
