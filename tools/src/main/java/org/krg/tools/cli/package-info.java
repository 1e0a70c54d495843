// SPDX-License-Identifier: Apache-2.0

/// What all verbs of `krg-admin` share: which class serves which words ([VerbTree], [Dispatch]),
/// the options that mean the same everywhere ([ConnectionOptions], [OutputOptions]), how durations,
/// sizes and cpus are written, the [Terminal], and how failures are told.
///
/// A verb is a picocli command: a class with one constructor that takes the terminal, and `call()`
/// that returns the exit code. It writes data to stdout, talk to stderr, and throws [VerbFailed] or
/// lets the client's failure pass. To add one, add a line to both lists of `org.krg.tools.Verbs`.
///
/// Only the class of the verb that is called is loaded: this keeps the command quick.
@NullMarked
package org.krg.tools.cli;

import org.jspecify.annotations.NullMarked;
