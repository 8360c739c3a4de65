package io.finemesh.scheduler.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.finemesh.contract.failure.Failure;
import io.finemesh.contract.failure.FailureCode;
import io.finemesh.contract.id.RunId;
import io.finemesh.scheduler.lifecycle.RunState;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every state's way there and back is part of the lifecycle's own tests; here is what must not be read. */
class RunStateCodecTest {
    private static final RunState REJECTED =
            new RunState.Rejected(new RunId("r-1"), new Failure(FailureCode.DATASET_NOT_USABLE, "nothing in it"));

    private final RunStateCodec codec = new RunStateCodec();

    @Test
    void writesItsVersionAndTheNameOfTheState() {
        assertThat(new String(codec.encode(REJECTED), UTF_8))
                .isEqualTo("{\"version\":1,\"state\":\"rejected\",\"is\":{\"runId\":\"r-1\","
                        + "\"failure\":{\"code\":\"DATASET_NOT_USABLE\",\"message\":\"nothing in it\"}}}");
    }

    @Test
    void readsNothingAsARunThatIsNotKnown() {
        assertThat(codec.decode(null)).isEqualTo(new RunState.Absent());
        assertThatIllegalArgumentException().isThrownBy(() -> codec.encode(new RunState.Absent()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "{}",
                "{\"version\":2,\"state\":\"rejected\",\"is\":{}}",
                "{\"version\":1,\"state\":\"unheard-of\",\"is\":{}}",
                "{\"version\":1,\"state\":\"rejected\",\"is\":{\"runId\":\"r-1\"}}",
                "{\"version\":1,\"state\":\"rejected\",\"is\":{\"runId\":\"r-1\",\"extra\":1,\"failure\":"
                        + "{\"code\":\"INTERNAL\",\"message\":\"m\"}}}",
                "{\"version\":1,\"state\":\"evaluating\",\"is\":null}"
            })
    void refusesWhatNoStateWouldHaveWritten(String text) {
        assertThatExceptionOfType(UnreadableStateException.class)
                .isThrownBy(() -> codec.decode(text.getBytes(UTF_8)))
                .withMessageStartingWith("a run");
    }

    @Test
    void everyStateHasAName() {
        Set<Class<?>> leaves = leaves(RunState.class).collect(Collectors.toSet());
        leaves.remove(RunState.Absent.class);
        assertThat(RunStateCodec.NAMES.values())
                .containsExactlyInAnyOrderElementsOf(leaves.stream()
                        .map(leaf -> leaf.asSubclass(RunState.class))
                        .collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(RunStateCodecTest::leaves)
                : Stream.of(type);
    }
}
