// SPDX-License-Identifier: Apache-2.0

/// Values as text: tables for people, JSON and YAML for programs. Pure: nothing here prints.
@NullMarked
package org.krg.tools.render;

import org.jspecify.annotations.NullMarked;
