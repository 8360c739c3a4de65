package io.finemesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AliasCommandsTest {
    private static final String ALIAS =
            "{\"model\":\"m\",\"alias\":\"champion\",\"checkpoint\":\"ck-1\",\"awaiting\":\"ck-2\","
                    + "\"moves\":[{\"reason\":\"promoted\",\"by\":\"policy nightly\"}]}";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private FakeGateway gateway;

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway();
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private int finemesh(String... arguments) {
        return gateway.finemesh(out, err, arguments);
    }

    @Test
    void aliasesAreListedWithWhoWaits() {
        gateway.on("GET /v1/aliases", 200, "{\"aliases\":[" + ALIAS + "]}");

        assertThat(finemesh("aliases")).isZero();
        assertThat(out.toString()).contains("m@champion", "ck-1", "policy nightly", "ck-2");
    }

    @Test
    void whatPeopleWantGoesToTheAliasWithWhoAndWhy() {
        gateway.on("PUT /v1/aliases/m/champion", 202, ALIAS);
        gateway.on("POST /v1/aliases/m/champion/rollback", 202, ALIAS);
        gateway.on("POST /v1/aliases/m/champion/approve", 202, ALIAS);
        gateway.on("POST /v1/aliases/m/champion/reject", 202, ALIAS);

        assertThat(finemesh("promote", "m@champion", "ck-7", "--by", "ada", "--reason", "by hand"))
                .isZero();
        assertThat(finemesh("rollback", "m@champion", "--by", "ada")).isZero();
        assertThat(finemesh("approve", "m@champion", "--by", "ada")).isZero();
        assertThat(finemesh("reject", "m@champion", "--by", "ada")).isZero();

        assertThat(gateway.requests()).hasSize(4).allMatch(request -> request.body()
                .contains("\"by\":\"ada\""));
        assertThat(gateway.requests().getFirst().body()).contains("\"checkpoint\":\"ck-7\"", "\"reason\":\"by hand\"");
        assertThat(out.toString()).contains("said yes to ck-2");
    }

    @Test
    void anAliasWithoutAModelIsRefusedInWords() {
        assertThat(finemesh("why", "champion")).isEqualTo(2);
        assertThat(err.toString()).contains("MODEL@ALIAS");
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void whyIsPrintedStepByStep() {
        gateway.on(
                "GET /v1/aliases/m/champion/why",
                200,
                "{\"chain\":[{\"kind\":\"alias\",\"sentence\":\"it stands\"},{\"kind\":\"gate\",\"sentence\":\"it passed\"}]}");

        assertThat(finemesh("why", "m@champion")).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly("alias it stands", "gate it passed");
    }
}
