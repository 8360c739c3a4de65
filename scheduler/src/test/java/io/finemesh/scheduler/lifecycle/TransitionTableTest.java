package io.finemesh.scheduler.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lifecycle's transitions, written down: a change of behaviour is a change of this file. */
class TransitionTableTest {
    @Test
    void doesWhatIsWrittenDown() throws IOException {
        String expected;
        try (InputStream file = getClass().getResourceAsStream("transitions.txt")) {
            expected = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        String actual = TransitionTable.rows().stream()
                .map(row -> row.state() + " | " + row.input() + " | " + row.next() + " | "
                        + String.join(", ", row.outputs()) + "\n")
                .collect(Collectors.joining());
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void reachesEveryStateAndLeavesEveryOneThatIsNotAnEnd() {
        List<TransitionTable.Row> rows = TransitionTable.rows();
        Set<String> left = rows.stream().map(TransitionTable.Row::state).collect(Collectors.toCollection(TreeSet::new));
        Set<String> reached =
                rows.stream().map(TransitionTable.Row::next).collect(Collectors.toCollection(TreeSet::new));
        assertThat(left)
                .containsExactly("Absent", "AwaitingTrainer", "Committing", "Evaluating", "Resting", "Training");
        assertThat(reached).containsAll(names(RunState.Active.class)).containsAll(names(RunState.Ended.class));
    }

    private static Set<String> names(Class<?> sealed) {
        return Stream.of(sealed.getPermittedSubclasses())
                .flatMap(type -> type.isSealed() ? names(type).stream() : Stream.of(type.getSimpleName()))
                .collect(Collectors.toSet());
    }
}
