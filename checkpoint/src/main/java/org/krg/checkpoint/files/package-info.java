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
/// A pack is called `<number>.pack.new` until it is durable. Others find its chunks all the same,
/// and have it made durable when they commit; a start removes it. A crash may leave chunks and
/// manifests that nothing refers to: the next sweep removes those, and whoever cleans up these. At
/// a start chunks of a later pack take precedence, as one that was damaged is replaced by writing
/// it again.
///
/// Packs and manifests are encrypted with the key that is the present one when they are written
/// ([FileSeal], [BlockForm]), or not; what lies there otherwise a sweep writes anew.
@NullMarked
package org.krg.checkpoint.files;

import org.jspecify.annotations.NullMarked;
