// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.DirectoryContents.Directory;
import org.krg.checkpoint.model.DirectoryContents.Link;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.Manifest.Content;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.SavedFile.Source.ByPath;

final class OwnDirectoryPlanTest {
    private static final List<Entry> RECORDED =
            List.of(
                    entry(Kind.IMAGE, "pages-1.img", 0600),
                    entry(Kind.DIRECTORY, "/own/runs", 0750),
                    entry(Kind.DIRECTORY, "/own/runs/1", 0755),
                    entry(Kind.APPENDED, "/own/log", 0644),
                    entry(Kind.FILE, "/own/runs/1/out", 0644),
                    entry(Kind.FILE, "/elsewhere", 0644),
                    entry(Kind.LINK, "/own/latest", 0777));

    @Test
    void whatIsAsItWasIsNotTouched() {
        var present =
                contents(
                        List.of("/own/log", "/own/runs/1/out"),
                        List.of(directory("/own/runs", 0750), directory("/own/runs/1", 0755)),
                        List.of("/own/latest"));

        assertThat(OwnDirectoryPlan.of(RECORDED, present, List.of()))
                .isEqualTo(new OwnDirectoryPlan(List.of(), List.of(), List.of()));
    }

    @Test
    void whereNothingIsDirectoriesAreMadeFromAboveAndGetTheirModesFromBelow() {
        var plan =
                OwnDirectoryPlan.of(RECORDED, contents(List.of(), List.of(), List.of()), List.of());

        assertThat(plan.removed()).isEmpty();
        assertThat(plan.made()).extracting(Entry::name).containsExactly("/own/runs", "/own/runs/1");
        assertThat(plan.opened())
                .extracting(Entry::name)
                .containsExactly("/own/runs/1", "/own/runs");
    }

    @Test
    void whatCameLaterGoesAndADirectoryWithAllThatIsInIt() {
        var present =
                contents(
                        List.of("/own/log", "/own/runs/1/out", "/own/runs/2/out", "/own/runs/20"),
                        List.of(
                                directory("/own/runs", 0700),
                                directory("/own/runs/1", 0755),
                                directory("/own/runs/2", 0755)),
                        List.of("/own/latest", "/own/runs/2/link"));

        var plan = OwnDirectoryPlan.of(RECORDED, present, List.of());
        assertThat(plan.removed()).containsExactly("/own/runs/2", "/own/runs/20");
        assertThat(plan.made()).isEmpty();
        assertThat(plan.opened()).extracting(Entry::name).containsExactly("/own/runs");
    }

    @Test
    void whatIsSomethingElseNowMakesRoom() {
        var present =
                contents(
                        List.of("/own/runs", "/own/latest"),
                        List.of(directory("/own/log", 0755)),
                        List.of());

        var plan = OwnDirectoryPlan.of(RECORDED, present, List.of());
        assertThat(plan.removed()).containsExactly("/own/latest", "/own/log", "/own/runs");
        assertThat(plan.made()).extracting(Entry::name).containsExactly("/own/runs", "/own/runs/1");
    }

    @Test
    void whatTakesThePlaceOfAFileStaysWithTheDirectoriesAboveIt() {
        var present =
                contents(
                        List.of("/own/new/other", "/own/news"),
                        List.of(directory("/own/new", 0755)),
                        List.of());

        var plan = OwnDirectoryPlan.of(RECORDED, present, List.of("/own/new/other"));
        assertThat(plan.removed()).containsExactly("/own/news");
    }

    @Test
    void bitsThatAreNotKeptMakeNoDifference() {
        var present =
                contents(
                        List.of(),
                        List.of(directory("/own/runs", 02750), directory("/own/runs/1", 01755)),
                        List.of());

        assertThat(OwnDirectoryPlan.of(RECORDED, present, List.of()).opened()).isEmpty();
    }

    @Test
    void whatItsUserMayNotReadIsRemovedAndNeverTheDirectoryItself() {
        var top = Optional.of(directory("/own", 0755));

        assertThat(OwnDirectoryPlan.of(List.of(), denied(top, "/own/a"), List.of()).removed())
                .containsExactly("/own/a");
        assertThat(
                        OwnDirectoryPlan.of(List.of(), denied(Optional.empty(), "/own"), List.of())
                                .removed())
                .isEmpty();
    }

    private static DirectoryContents denied(Optional<Directory> itself, String path) {
        return new DirectoryContents(
                itself, List.of(), List.of(), List.of(), List.of(), List.of(path));
    }

    private static DirectoryContents contents(
            List<String> files, List<Directory> directories, List<String> links) {
        return new DirectoryContents(
                Optional.of(directory("/own", 0755)),
                files.stream()
                        .map(it -> new SavedFile(it, new ByPath(), false, facts(0644)))
                        .toList(),
                directories,
                links.stream().map(it -> new Link(it, "runs/1", facts(0777))).toList(),
                List.of(),
                List.of());
    }

    private static Directory directory(String path, int mode) {
        return new Directory(path, facts(mode));
    }

    private static FileFacts facts(int mode) {
        return new FileFacts(1, 7, 1, mode, 0, 0, 0, Instant.EPOCH);
    }

    private static Entry entry(Kind kind, String name, int mode) {
        return new Entry(kind, name, mode, 0, 0, new Content(0, ChunkHash.of(new byte[0])));
    }
}
