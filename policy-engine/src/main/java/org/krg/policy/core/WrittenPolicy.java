// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

/// A policy as a user wrote it.
///
/// @param name without a version
/// @param about what it is for, in the words of who wrote it; may be empty
/// @param size how many filters, scores and examples it has, for people
public record WrittenPolicy(String name, String about, String size, Judge judge) {}
