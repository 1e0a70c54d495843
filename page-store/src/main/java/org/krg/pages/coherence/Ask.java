// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import org.krg.state.model.Member;

/// Who wants a page.
record Ask(Member member, boolean write) {}
