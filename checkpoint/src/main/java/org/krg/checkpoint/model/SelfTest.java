// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// What the self-test of an engine found.
///
/// @param works whether a program was saved and brought back
/// @param version of the engine; empty if it cannot be run
/// @param finding one sentence or two for a person
public record SelfTest(boolean works, String version, String finding) {}
