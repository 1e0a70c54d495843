// SPDX-License-Identifier: Apache-2.0

/// What a node tells of the segments on it: values, for whoever looks at them.
@NullMarked
package org.krg.pages.model;

import org.jspecify.annotations.NullMarked;
