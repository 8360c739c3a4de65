package io.finemesh.cli.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finemesh.cli.hub.HubException.Reason;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A hub that gives what is asked, and one that does not. */
class HubTest {
    private static final String ROWS = "{\"question\":\"1+1?\",\"answer\":\"2\"}\n".repeat(5);
    private static final String DATA = "data/test.jsonl";

    @TempDir
    Path cache;

    private final List<Duration> pauses = new ArrayList<>();
    private BodyFile.Room room = BodyFile.Room::onDisk;
    private FakeHub hub;

    @BeforeEach
    void open() throws Exception {
        hub = new FakeHub().file("README.md", "#", "").file(DATA, ROWS, sha256(ROWS));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    }

    private Hub.Fetched fetch(String id) throws Exception {
        return fetch(id, 1 << 20, Duration.ofSeconds(10));
    }

    private Hub.Fetched fetch(String id, long mostBytes, Duration timeout) throws Exception {
        HubSettings settings = new HubSettings(
                hub.endpoint(),
                Optional.of("a-token"),
                cache,
                3,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                timeout,
                mostBytes);
        try (Hub opened = new Hub(settings, pauses::add, room)) {
            return opened.fetch(HubDataset.parse(id));
        }
    }

    private void refused(String id, Reason reason, String... words) {
        assertThatThrownBy(() -> fetch(id)).isInstanceOfSatisfying(HubException.class, problem -> {
            assertThat(problem.reason()).isEqualTo(reason);
            assertThat(problem).hasMessageContainingAll(words);
        });
    }

    @Test
    void aSplitIsFetchedOnceAndKeptByItsCommit() throws Exception {
        Hub.Fetched fetched = fetch("hub:owner/sums:test");

        assertThat(fetched.paths().getFirst()).hasContent(ROWS);
        assertThat(fetched.source()).isEqualTo("hub:owner/sums@" + FakeHub.COMMIT + ":data/test.jsonl");
        assertThat(hub.received)
                .extracting(FakeHub.Received::path)
                .hasSize(2)
                .first()
                .asString()
                .endsWith("/revision/main");
        assertThat(hub.received).extracting(FakeHub.Received::authorization).containsOnly("Bearer a-token");

        assertThat(fetch("hub:owner/sums@main:test")).isEqualTo(fetched);
        assertThat(hub.received).as("only where the branch is now was asked").hasSize(3);
    }

    @Test
    void whatBreaksOffGoesOnWhereItWas() throws Exception {
        hub.then(FakeHub.fine(), FakeHub.breaksOffAfter(ROWS.substring(0, 40)));

        assertThat(fetch("hub:owner/sums:test").paths().getFirst()).hasContent(ROWS);
        assertThat(hub.received.getLast().range()).isEqualTo("bytes=40-");
        assertThat(pauses).containsExactly(Duration.ofSeconds(1));
    }

    @Test
    void aHubThatTakesNoConnectionIsSaidToTakeNone() {
        hub.close();
        refused("hub:owner/sums:test", Reason.NO_ANSWER, "ConnectException");
    }

    @Test
    void whatALaterCallFindsHalfDoneGoesOnToo() throws Exception {
        hub.then(FakeHub.fine());
        for (int attempt = 0; attempt < 3; attempt++) {
            hub.then(FakeHub.breaksOffAfter(ROWS.substring(0, 10)));
        }
        refused("hub:owner/sums:test", Reason.NO_ANSWER, "in 3 attempts");

        assertThat(fetch("hub:owner/sums:test").paths().getFirst()).hasContent(ROWS);
        assertThat(hub.received.getLast().range()).isEqualTo("bytes=10-");
    }

    @Test
    void silenceInTheMiddleIsNotWaitedForForever() throws Exception {
        hub.then(FakeHub.fine(), hub.hangsAfter(ROWS.substring(0, 20)));

        assertThat(fetch("hub:owner/sums:test", 1 << 20, Duration.ofMillis(200))
                        .paths()
                        .getFirst())
                .hasContent(ROWS);
        assertThat(hub.received.getLast().range()).isEqualTo("bytes=20-");
    }

    @ParameterizedTest
    @CsvSource({
        "401, UNAUTHORIZED, does not let this HF_TOKEN",
        "403, UNAUTHORIZED, HF_TOKEN",
        "404, NOT_FOUND, 'no such data set, revision or file'",
        "418, SERVER_FAILED, is HF_ENDPOINT a hub?"
    })
    void whatWillNotChangeIsSaidAtOnce(int status, Reason reason, String words) {
        hub.then(FakeHub.status(status));

        refused("hub:owner/sums:test", reason, words);
        assertThat(hub.received).hasSize(1);
        assertThat(pauses).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"429, RATE_LIMITED", "500, SERVER_FAILED", "503, SERVER_FAILED"})
    void whatMayChangeIsTriedAgainAndThenSaid(int status, Reason reason) throws Exception {
        hub.then(FakeHub.status(status, "Retry-After", "7"), FakeHub.status(status));
        assertThat(fetch("hub:owner/sums:test").paths().getFirst()).hasContent(ROWS);
        assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(2));

        hub.then(FakeHub.status(status), FakeHub.status(status), FakeHub.status(status));
        refused("hub:owner/sums:test", reason, "answered " + status, "in 3 attempts");
        hub.then(FakeHub.status(status, "Retry-After", "3600"));
        refused("hub:owner/sums:test", reason, "in 3600 s, longer than is waited");
    }

    @Test
    void otherBytesThanTheHubNamesAreNotTaken() throws Exception {
        hub.file(DATA, ROWS, sha256("something else"));
        refused("hub:owner/sums:test", Reason.CORRUPT, "other bytes", "twice");
        hub.file(DATA, ROWS, "e".repeat(40));
        refused("hub:owner/sums:test", Reason.CORRUPT, "other bytes");
        try (var left = Files.walk(cache)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }

        // What `git hash-object` says of the rows.
        MessageDigest git = MessageDigest.getInstance("SHA-1");
        git.update(("blob " + ROWS.length() + "\0" + ROWS).getBytes(UTF_8));
        hub.file(DATA, ROWS, HexFormat.of().formatHex(git.digest()));
        assertThat(fetch("hub:owner/sums:test").paths().getFirst()).hasContent(ROWS);
    }

    @Test
    void aBeginningThatIsNoneIsFetchedAnew() throws Exception {
        Path part = cache.resolve("owner/sums/" + FakeHub.COMMIT + "/" + DATA + ".part");
        Files.createDirectories(part.getParent());
        Files.writeString(part, "x".repeat(ROWS.length() + 5));

        assertThat(fetch("hub:owner/sums:test").paths().getFirst()).hasContent(ROWS);
        Files.deleteIfExists(part.resolveSibling("test.jsonl"));
        Files.writeString(part, "not its beginning");
        assertThat(fetch("hub:owner/sums:test").paths().getFirst())
                .as("the checksum finds it")
                .hasContent(ROWS);
    }

    @Test
    void theTokenStaysWithTheHubWhenItSendsElsewhere() throws Exception {
        try (FakeHub elsewhere = new FakeHub().file(DATA, ROWS, "no-checksum")) {
            String there = elsewhere.endpoint() + "/datasets/owner/sums/resolve/" + FakeHub.COMMIT + "/" + DATA;
            hub.then(FakeHub.fine(), FakeHub.status(302, "Location", there, "X-Linked-Etag", '"' + sha256(ROWS) + '"'));

            assertThat(fetch("hub:owner/sums:test").paths().getFirst()).hasContent(ROWS);
            assertThat(elsewhere.received).singleElement().satisfies(request -> assertThat(request.authorization())
                    .isNull());
        }
    }

    @Test
    void aFileThatIsTooLongIsNotKept() throws Exception {
        int most = ROWS.length() - 1;
        tooLong(most);
        hub.then(FakeHub.fine(), FakeHub.goesOn(ROWS));
        tooLong(most);
        try (var left = Files.walk(cache)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private void tooLong(int mostBytes) {
        assertThatThrownBy(() -> fetch("hub:owner/sums:test", mostBytes, Duration.ofSeconds(10)))
                .isInstanceOfSatisfying(HubException.class, problem -> {
                    assertThat(problem.reason()).isEqualTo(Reason.TOO_LARGE);
                    assertThat(problem).hasMessageContaining(DATA);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/hosts", "mailto:a@b", "http://a b/", "http:///nowhere"})
    void aRedirectionThatLeadsNowhereIsSaid(String location) {
        for (int attempt = 0; attempt < 3; attempt++) {
            hub.then(FakeHub.status(302, "Location", location));
        }
        refused("hub:owner/sums:test", Reason.SERVER_FAILED, "redirected to nowhere");
    }

    @Test
    void aCircleAndAnAnswerThatIsNoneEnd() {
        hub.then(FakeHub.says("<html>"));
        refused("hub:owner/sums:test", Reason.SERVER_FAILED, "not JSON");
        hub.then(FakeHub.says("{}"));
        refused("hub:owner/sums:test", Reason.SERVER_FAILED, "names no commit");
        for (int redirection = 0; redirection < 6; redirection++) {
            hub.then(FakeHub.status(302, "Location", "/around"));
        }
        refused("hub:owner/sums:test", Reason.SERVER_FAILED, "in a circle");
    }

    @Test
    void aFileIsFoundByWhatPeopleCallIt() throws Exception {
        List<String> files = List.of(
                "main/test-00000-of-00001.parquet",
                "main/train-00000-of-00001.parquet",
                "socratic/test-00000-of-00001.parquet",
                "data/dev.jsonl",
                "data/dev.csv",
                "long-00000-of-00002.parquet",
                "long-00001-of-00002.parquet",
                "../out.jsonl",
                "script.py");
        assertThat(chosen("main/test", files)).isEqualTo("main/test-00000-of-00001.parquet");
        assertThat(chosen("train", files)).isEqualTo("main/train-00000-of-00001.parquet");
        assertThat(chosen("dev", files)).isEqualTo("data/dev.jsonl");
        assertThat(chosen("long-00001-of-00002", files)).isEqualTo("long-00001-of-00002.parquet");
        assertThatThrownBy(() -> chosen("test", files))
                .hasMessageContaining("means 2 files")
                .hasMessageContaining("main/test, socratic/test");
        assertThatThrownBy(() -> chosen("tset", files)).hasMessageContaining("names no file; there are");
        assertThatThrownBy(() -> SplitFiles.choose(HubDataset.parse("hub:o/n"), List.of("script.py")))
                .hasMessageContaining("no file that can be read");
        assertThat(SplitFiles.choose(HubDataset.parse("hub:o/n"), List.of("one.jsonl", "README.md"))
                        .files())
                .containsExactly("one.jsonl");
    }

    private static String chosen(String split, List<String> files) throws HubException {
        SplitFiles found = SplitFiles.choose(HubDataset.parse("hub:o/n:" + split), files);
        assertThat(found.shown())
                .isIn(found.files().getFirst(), found.files().getFirst().replace("-00000-of", "-*-of"));
        assertThat(found.files()).hasSize(1);
        return found.files().getFirst();
    }

    private static SplitFiles parts(String... files) throws HubException {
        return SplitFiles.choose(HubDataset.parse("hub:o/n:train"), List.of(files));
    }

    @Test
    void allPartsOfASplitAreItByNumber() throws Exception {
        String mark = "-a09b74b3ef9c3b56";
        assertThat(parts(
                        "data/train-00002-of-00003.parquet",
                        "data/train-00000-of-00003.parquet",
                        "data/test-00000-of-00001.parquet",
                        "data/train-00001-of-00003.parquet"))
                .isEqualTo(new SplitFiles(
                        List.of(
                                "data/train-00000-of-00003.parquet",
                                "data/train-00001-of-00003.parquet",
                                "data/train-00002-of-00003.parquet"),
                        "data/train-*-of-00003.parquet"));
        assertThat(parts("data/train-00001-of-00002" + mark + ".jsonl", "data/train-00000-of-00002" + mark + ".jsonl")
                        .files())
                .as("with what some tools put behind the number")
                .hasSize(2)
                .first()
                .asString()
                .contains("00000");
    }

    @Test
    void partsThatAreMissingOrTwiceAreNamed() {
        assertThatThrownBy(() -> parts("train-00003-of-00004.parquet", "train-00001-of-00004.parquet"))
                .hasMessageContaining("is in 4 parts, and 2 are not there")
                .hasMessageContaining("train-00000-of-00004.parquet, train-00002-of-00004.parquet;")
                .isInstanceOfSatisfying(HubException.class, problem -> assertThat(problem.reason())
                        .isEqualTo(Reason.INCOMPLETE));
        assertThatThrownBy(() -> parts("train-00000-of-00001.jsonl", "train-00000-of-00001-a09b74b3ef9c3b56.jsonl"))
                .hasMessageContaining("are the same one");
        assertThatThrownBy(() -> parts("train-00000-of-00001.jsonl", "train-00001-of-00001.jsonl"))
                .hasMessageContaining("is none of them");
        assertThatThrownBy(() -> parts("train-00000-of-00001.jsonl", "train-00000-of-00002.jsonl", "x/train.jsonl"))
                .as("two ways to cut it")
                .hasMessageContaining("means 2 files");
    }

    @Test
    void everyPartIsVerifiedAndFetchedOnce() throws Exception {
        String more = ROWS.replace("2", "3");
        hub.file("long-00000-of-00002.jsonl", ROWS, sha256(ROWS))
                .file("long-00001-of-00002.jsonl", more, sha256("else"));
        refused("hub:owner/sums:long", Reason.CORRUPT, "long-00001-of-00002.jsonl", "other bytes");

        hub.file("long-00001-of-00002.jsonl", more, sha256(more));
        hub.received.clear();
        Hub.Fetched fetched = fetch("hub:owner/sums:long");
        assertThat(fetched.paths()).hasSize(2);
        assertThat(fetched.paths().getFirst()).hasContent(ROWS);
        assertThat(fetched.paths().getLast()).hasContent(more);
        assertThat(fetched.source()).isEqualTo("hub:owner/sums@" + FakeHub.COMMIT + ":long-*-of-00002.jsonl");
        assertThat(hub.received).as("the list and the part that was not there").hasSize(2);
    }

    @Test
    void aDiskThatHasNoRoomIsToldBeforeAnythingComes() throws Exception {
        room = _ -> ROWS.length() - 1;
        refused(
                "hub:owner/sums:test",
                Reason.DISK,
                "data/test.jsonl",
                "room for " + (ROWS.length() - 1),
                "XDG_CACHE_HOME");
        assertThat(pauses).as("asking again frees nothing").isEmpty();

        room = _ -> ROWS.length();
        assertThat(fetch("hub:owner/sums:test").paths().getFirst()).hasContent(ROWS);
    }

    /** The kernel's own full disk in the place of the file. */
    @Test
    void aDiskThatFillsUpIsNotTheHubsFault() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full here");
        Path part = cache.resolve("owner/sums/" + FakeHub.COMMIT + "/" + DATA + ".part");
        Files.createDirectories(part.getParent());
        Files.createSymbolicLink(part, Path.of("/dev/full"));

        refused("hub:owner/sums:test", Reason.DISK, "cannot be kept at", "No space left on device");
        assertThat(pauses).isEmpty();
        Files.delete(part);
        assertThat(fetch("hub:owner/sums:test").paths().getFirst()).hasContent(ROWS);
    }

    @Test
    void aDiskThatFillsUpInTheMiddleOfAFileIsNotTheHubsFault() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full here");
        String large = ROWS.repeat(5_000);
        hub.file(DATA, large, sha256(large));
        Path part = cache.resolve("owner/sums/" + FakeHub.COMMIT + "/" + DATA + ".part");
        Files.createDirectories(part.getParent());
        Files.createSymbolicLink(part, Path.of("/dev/full"));

        refused("hub:owner/sums:test", Reason.DISK, "No space left on device");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hub:sums", "hub:a/b/c", "hub:a/b:", "hub:a/b@:x", "hub:a/../b", "hub:a/b:x/../y", "hub:a/b c"})
    void whatIsNoIdIsSaid(String id) {
        refused(id, Reason.MALFORMED, "hub:OWNER/NAME");
    }

    @Test
    void theEnvironmentNamesTheHub() throws Exception {
        HubSettings settings = HubSettings.of(
                Map.of("HF_ENDPOINT", "http://hub.example/", "HF_TOKEN", " secret ", "XDG_CACHE_HOME", "/cache"));
        assertThat(settings.endpoint()).isEqualTo(URI.create("http://hub.example"));
        assertThat(settings.token()).contains("secret");
        assertThat(settings.cache()).isEqualTo(Path.of("/cache/finemesh/hub"));
        assertThat(settings.toString()).doesNotContain("secret");
        assertThat(HubSettings.of(Map.of("HOME", "/home/ada")).token()).isEmpty();
        assertThatThrownBy(() -> HubSettings.of(Map.of("HF_ENDPOINT", "hub.example")))
                .hasMessageContaining("http or https address");
    }

    @ParameterizedTest
    @CsvSource({
        "HF_ENDPOINT, https://ada:s3cret@hub.example",
        "HF_ENDPOINT, https://s3cret@hub.example/",
        "HF_ENDPOINT, ftp://ada:s3cret@hub.example",
        "HF_ENDPOINT, ada:s3cret@hub example",
        "HF_TOKEN, 's3cret\nX-More: s3cret'",
        "HF_TOKEN, s3crét s3cret"
    })
    void aPasswordIsNotTold(String name, String value) {
        assertThatThrownBy(() -> HubSettings.of(Map.of(name, value.translateEscapes())))
                .isInstanceOf(HubException.class)
                .hasMessageContaining(name)
                .satisfies(problem -> assertThat(String.valueOf(problem.getMessage()) + problem.getCause())
                        .doesNotContain("s3c"));
    }
}
