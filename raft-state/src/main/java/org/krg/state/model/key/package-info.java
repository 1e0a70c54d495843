// SPDX-License-Identifier: Apache-2.0

/// Users' keys and their values: multi-version, ordered as unsigned bytes, after the data model of
/// etcd v3 ([its guarantees](https://etcd.io/docs/v3.6/learning/data_model/)).
@NullMarked
package org.krg.state.model.key;

import org.jspecify.annotations.NullMarked;
