// SPDX-License-Identifier: Apache-2.0

/// `krg-admin`, the one command: [KrgAdmin] is its main, [Verbs] the list of its verbs.
///
/// Below: `cli` is what every verb shares (dispatch, options, the terminal), `cli.…` the verbs
/// themselves by noun, `http` the client of an agent's API, `render` tables, JSON and YAML.
/// Whatever concerns a running cluster goes through its API and nothing else.
@NullMarked
package org.krg.tools;

import org.jspecify.annotations.NullMarked;
