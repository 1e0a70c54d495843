// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import java.util.Optional;
import org.krg.state.model.Revision;
import org.krg.state.model.key.KeyAccount;
import org.krg.state.model.key.KeyLimit;
import org.krg.state.model.key.OwnedKey;

/// What is agreed about users' keys beside the keys themselves, which are rows. Immutable.
///
/// @param keys that exist
/// @param bytes of keys and values that exist
/// @param compacted old versions up to this revision can be neither read nor watched
/// @param swept the rows of old versions up to this revision are gone
/// @param purged the rows of changes before this revision are gone
/// @param kept revisions whose old versions are kept; 0 for all
/// @param limit of everybody who has none of their own
public record KeyState(
        long keys,
        long bytes,
        Revision compacted,
        Revision swept,
        Revision purged,
        long kept,
        KeyLimit limit,
        Table<String, KeyAccount> accounts) {
    /// Revisions kept by default: days of a busy store, some hundred megabytes of small values.
    public static final long KEPT = 1_000_000;

    /// Before the first key.
    public static final KeyState EMPTY =
            new KeyState(
                    0,
                    0,
                    Revision.ZERO,
                    Revision.ZERO,
                    Revision.ZERO,
                    KEPT,
                    KeyLimit.DEFAULT,
                    Table.empty());

    /// {@return what `principal` holds}
    public KeyAccount account(String principal) {
        return accounts.find(principal).orElse(KeyAccount.EMPTY);
    }

    /// {@return what `principal` may hold}
    public KeyLimit limitOf(String principal) {
        return account(principal).own().orElse(limit);
    }

    /// {@return this after a key came, went, or got another value or owner}
    public KeyState after(Optional<OwnedKey> before, Optional<OwnedKey> after) {
        var changed = this;
        if (before.isPresent()) {
            var gone = before.get();
            changed = changed.plus(gone.owner(), -1, -gone.bytes());
        }
        if (after.isPresent()) {
            var come = after.get();
            changed = changed.plus(come.owner(), 1, come.bytes());
        }
        return changed;
    }

    private KeyState plus(String owner, long moreKeys, long moreBytes) {
        return new KeyState(
                keys + moreKeys,
                bytes + moreBytes,
                compacted,
                swept,
                purged,
                kept,
                limit,
                with(owner, account(owner).plus(moreKeys, moreBytes)));
    }

    /// {@return this with another limit of a principal}
    public KeyState withLimit(String principal, Optional<KeyLimit> own) {
        return withAccounts(with(principal, account(principal).with(own)));
    }

    private Table<String, KeyAccount> with(String principal, KeyAccount account) {
        return account.isEmpty() ? accounts.without(principal) : accounts.with(principal, account);
    }

    /// {@return this with other accounts}
    public KeyState withAccounts(Table<String, KeyAccount> changed) {
        return new KeyState(keys, bytes, compacted, swept, purged, kept, limit, changed);
    }

    /// {@return this with another limit for everybody}
    public KeyState withLimit(KeyLimit common) {
        return new KeyState(keys, bytes, compacted, swept, purged, kept, common, accounts);
    }

    /// {@return this keeping another number of revisions}
    public KeyState keeping(long revisions) {
        return new KeyState(keys, bytes, compacted, swept, purged, revisions, limit, accounts);
    }

    /// {@return this compacted up to a revision}
    public KeyState compactedTo(Revision revision) {
        return new KeyState(keys, bytes, revision, swept, purged, kept, limit, accounts);
    }

    /// {@return this with rows removed up to these revisions}
    public KeyState cleaned(Revision sweptTo, Revision purgedTo) {
        return new KeyState(keys, bytes, compacted, sweptTo, purgedTo, kept, limit, accounts);
    }
}
