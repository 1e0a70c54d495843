// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.tools.http.Json;

class SegmentAuditTest {
    private static final String HOME_ENTRIES =
            "[{'page':0,'count':2,'holders':['n1#1','n2#1'],'exclusive':false,'version':3,'moving':false},"
                    + "{'page':7,'count':1,'holders':['n2#1'],'exclusive':true,'version':9,'moving':false}]";

    private static final String OWNERS = "[" + owner(7, "n2#1", 9, 0) + "]";

    @Test
    void nothingDiffersWhereEverybodySaysTheSame() throws Exception {
        var nodes =
                List.of(
                        node("n1", home(HOME_ENTRIES), copies(run(0, 2, "read", 3))),
                        node("n2", "", copies(run(0, 2, "read", 3), run(7, 1, "write", 9))));

        assertThat(SegmentAudit.findings(nodes)).isEmpty();
        assertThat(SegmentAudit.pages(nodes)).isEqualTo(3);
    }

    @Test
    void twoWritersAreFound() throws Exception {
        var nodes =
                List.of(
                        node("n1", home("[]"), copies(run(5, 1, "write", 3))),
                        node("n2", "", copies(run(5, 1, "write", 3))));

        assertThat(SegmentAudit.findings(nodes)).anyMatch(it -> it.contains("one writes"));
    }

    @Test
    void copiesOfSeveralVersionsAreFound() throws Exception {
        var nodes =
                List.of(
                        node("n1", home("[]"), copies(run(5, 1, "read", 3))),
                        node("n2", "", copies(run(5, 1, "read", 2))));

        assertThat(SegmentAudit.findings(nodes)).anyMatch(it -> it.contains("several versions"));
    }

    @Test
    void aHomeThatKnowsLessThanTheNodesIsFound() throws Exception {
        var nodes =
                List.of(
                        node("n1", home(HOME_ENTRIES), copies(run(0, 2, "read", 3))),
                        node("n2", "", copies(run(0, 1, "read", 3), run(7, 1, "read", 9))));

        assertThat(SegmentAudit.findings(nodes))
                .hasSize(2)
                .anyMatch(it -> it.startsWith("page 1: its home says that [n1#1, n2#1] have it"))
                .anyMatch(it -> it.startsWith("page 7: its home says written,"));
    }

    @Test
    void anOwnerWhomTheLogDoesNotNameIsFound() throws Exception {
        var copies = copies(run(0, 2, "read", 3), run(7, 1, "write", 9));
        var others = "[" + owner(0, "n3#1", 3, 0) + "," + owner(1, "n2#1", 3, 4) + "]";
        var nodes =
                List.of(
                        node("n1", home(HOME_ENTRIES, others), copies(run(0, 2, "read", 3))),
                        node("n2", "", copies));

        assertThat(SegmentAudit.findings(nodes))
                .hasSize(3)
                .anyMatch(it -> it.startsWith("page 0: the log says that n3#1 owns it"))
                .anyMatch(it -> it.startsWith("page 1: 4 changes of its owner are not"))
                .anyMatch(it -> it.endsWith("[n2#1] writes it, and the log names no owner"));
        var older = "[" + owner(7, "n2#1", 8, 0) + "]";
        assertThat(
                        SegmentAudit.findings(
                                List.of(
                                        node(
                                                "n1",
                                                home(HOME_ENTRIES, older),
                                                copies(run(0, 2, "read", 3))),
                                        node("n2", "", copies))))
                .singleElement()
                .asString()
                .contains("owns it in version 8, its home that [n2#1] have version 9");
    }

    @Test
    void lostPagesAreNamedWithTheirOwners() throws Exception {
        var entries =
                "[{'page':3,'count':2,'holders':[],'version':0,'lost':true,'owner':'n4#1'},"
                        + "{'page':9,'count':1,'holders':[],'version':0,'lost':true}]";
        var nodes = List.of(node("n1", home(entries, "[]"), copies()));

        assertThat(SegmentAudit.lost(nodes))
                .containsExactly(
                        "page 3 is lost: it was n4#1's",
                        "page 4 is lost: it was n4#1's",
                        "page 9 is lost: no record says whose it was");
        assertThat(SegmentAudit.findings(nodes)).isEmpty();
    }

    @Test
    void whatIsOnItsWayIsNotCompared() throws Exception {
        var moving =
                "[{'page':0,'count':1,'holders':[],'exclusive':false,'version':3,'moving':true}]";
        var nodes = List.of(node("n1", home(moving), copies(run(0, 1, "read", 3))));

        assertThat(SegmentAudit.findings(nodes)).isEmpty();
    }

    @Test
    void aHomeOfWhichTheLogKnowsNothingIsFound() throws Exception {
        var nodes =
                List.of(
                        node("n1", home("[]"), copies()),
                        node("n2", home("[]"), copies()),
                        node("n3", "'homeEpoch':2,", copies()));

        assertThat(SegmentAudit.findings(nodes))
                .hasSize(2)
                .anyMatch(it -> it.contains("n2#1 acts as its home, which the log says is n1#1"))
                .anyMatch(it -> it.contains("n3#1 acts as its home in epoch 2"));
    }

    @Test
    void memoryThatDiffersFromItsAgentIsFound() throws Exception {
        var nodes = List.of(node("n1", "'astray':[4],", copies()));

        assertThat(SegmentAudit.findings(nodes)).singleElement().asString().startsWith("page 4:");
    }

    private static JsonNode node(String name, String block, String copies) throws Exception {
        return Json.parse(
                ("{'node':'%s','live':['n1#1','n2#1','n3#1'],"
                                + "'grants':[{'block':0,'home':'n1#1','epoch':1}],"
                                + "'blocks':[{'block':0,%s'copies':[%s]}]}")
                        .formatted(name, block, copies)
                        .replace('\'', '"'));
    }

    private static String home(String entries) {
        return home(entries, OWNERS);
    }

    private static String home(String entries, String owners) {
        return "'homeEpoch':1,'entries':%s,'owners':%s,".formatted(entries, owners);
    }

    private static String owner(int page, String owner, long version, long unaccounted) {
        return "{'page':%s,'count':1,'owner':'%s','version':%s,'epoch':1,'unaccounted':%s}"
                .formatted(page, owner, version, unaccounted);
    }

    private static String copies(String... runs) {
        return String.join(",", runs);
    }

    private static String run(int page, int count, String access, long version) {
        return "{'page':%s,'count':%s,'access':'%s','version':%s}"
                .formatted(page, count, access, version);
    }
}
