// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.model;

/// What a thread stood still for at a page.
public enum FaultKind {
    /// It wanted to read a page that was not there.
    READ,
    /// It wanted to write a page that was not there.
    WRITE,
    /// It wanted to write a page that was there to be read.
    UPGRADE
}
