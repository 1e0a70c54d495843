// SPDX-License-Identifier: Apache-2.0

/// Chunks and manifests in files.
///
/// ```
/// <images>/packs/<number>.pack                        blocks of chunks, written once
/// <images>/manifests/<process>.<number>.<digest>      one file a manifest
/// <images>/tmp/...                                    work in progress, in the clear; emptied at the start
/// <images>/logs/...                                   logs of failed dumps and restores
/// ```
///
/// A pack is written under another name, made durable and renamed; then the manifest likewise. A
/// crash in between leaves chunks that nothing refers to, which the next sweep removes. Chunks of a
/// later pack take precedence, so that one that was damaged is replaced by writing it again.
///
/// Packs and manifests are encrypted with the key that is the present one when they are written
/// ([FileSeal], [BlockForm]), or not; what lies there otherwise a sweep writes anew.
@NullMarked
package org.krg.checkpoint.files;

import org.jspecify.annotations.NullMarked;
