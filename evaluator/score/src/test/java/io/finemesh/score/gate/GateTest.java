package io.finemesh.score.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.finemesh.score.gate.PolicyFault.Kind;
import io.finemesh.score.gate.Rule.Demand;
import io.finemesh.score.gate.Rule.Direction;
import io.finemesh.score.gate.Scoreboard.TaskResult;
import io.finemesh.score.gsm8k.Gsm8kDataset;
import io.finemesh.score.gsm8k.Gsm8kTask;
import io.finemesh.score.gsm8k.Gsm8kVariant;
import io.finemesh.score.python.PythonRandom;
import io.finemesh.score.task.Response;
import io.finemesh.score.task.SampleLimit;
import io.finemesh.score.task.ScoredSample;
import io.finemesh.score.task.TaskScore;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GateTest {
    private static final Direction HIGHER = Direction.HIGHER_IS_BETTER;

    private static Scoreboard board(String checkpoint, String task, double... values) {
        Map<String, Double> samples = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            samples.put("s" + i, values[i]);
        }
        double mean = Arrays.stream(values).average().orElse(0);
        return new Scoreboard(
                checkpoint, Map.of(task, new TaskResult(Map.of("acc", mean), Map.of("acc", samples), false)));
    }

    private static double[] values(int ones, int of) {
        double[] values = new double[of];
        Arrays.fill(values, 0, ones, 1);
        return values;
    }

    private static GatePolicy policy(Rule... rules) {
        return new GatePolicy("p", List.of(rules), false, false, 7);
    }

    private static Rule.Paired paired(Demand demand, Rule.Test test) {
        return new Rule.Paired("t", "acc", HIGHER, demand, test, 0.05, 10);
    }

    private static List<Kind> faults(GateDecision decision) {
        assertThat(decision).isInstanceOf(GateDecision.Undecidable.class);
        return ((GateDecision.Undecidable) decision)
                .faults().stream().map(PolicyFault::kind).toList();
    }

    @ParameterizedTest
    @CsvSource({"0.5, true", "0.75, false", "-1, true"})
    void theBoundItselfPasses(double bound, boolean passes) {
        GateDecision decision = Gate.decide(
                policy(new Rule.Threshold("t", "acc", HIGHER, bound)),
                board("new", "t", values(5, 10)),
                Optional.empty());
        assertThat(decision instanceof GateDecision.Promoted).isEqualTo(passes);
        assertThat(decision instanceof GateDecision.Rejected).isEqualTo(!passes);
        GateDecision lower = Gate.decide(
                policy(new Rule.Threshold("t", "acc", Direction.LOWER_IS_BETTER, bound)),
                board("new", "t", values(5, 10)),
                Optional.empty());
        assertThat(lower instanceof GateDecision.Promoted).isEqualTo(bound >= 0.5);
    }

    @Test
    void aRegressionWithinTheToleranceIsAccepted() {
        Scoreboard champion = board("old", "t", values(60, 100));
        Scoreboard challenger = board("new", "t", values(58, 100));
        assertThat(Gate.decide(
                        policy(new Rule.NoRegression("t", "acc", HIGHER, 0.03)), challenger, Optional.of(champion)))
                .isInstanceOf(GateDecision.Promoted.class);
        GateDecision rejected =
                Gate.decide(policy(new Rule.NoRegression("t", "acc", HIGHER, 0.01)), challenger, Optional.of(champion));
        assertThat(rejected).isInstanceOfSatisfying(GateDecision.Rejected.class, decision -> assertThat(
                        decision.evidence().getFirst().sentence())
                .isEqualTo("t acc is 0.5800: the champion has 0.6000, 0.01000 worse is accepted, failed"));
        assertThat(rejected.champion()).contains("old");
    }

    @Test
    void withoutAChampionComparisonsPass() {
        GateDecision decision = Gate.decide(
                policy(paired(Demand.BETTER, Rule.Test.MCNEMAR), new Rule.NoRegression("t", "acc", HIGHER, 0)),
                board("new", "t", values(1, 10)),
                Optional.empty());
        assertThat(decision).isInstanceOf(GateDecision.Promoted.class);
        assertThat(decision.champion()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Rule.Test.class)
    void betterMustBeShownAndWorseMustNot(Rule.Test test) {
        Scoreboard low = board("low", "t", values(40, 100));
        Scoreboard high = board("high", "t", values(55, 100));
        Scoreboard close = board("close", "t", values(41, 100));
        assertThat(Gate.decide(policy(paired(Demand.BETTER, test)), high, Optional.of(low)))
                .isInstanceOf(GateDecision.Promoted.class);
        assertThat(Gate.decide(policy(paired(Demand.BETTER, test)), close, Optional.of(low)))
                .isInstanceOf(GateDecision.Rejected.class);
        assertThat(Gate.decide(policy(paired(Demand.NOT_WORSE, test)), close, Optional.of(low)))
                .isInstanceOf(GateDecision.Promoted.class);
        assertThat(Gate.decide(policy(paired(Demand.NOT_WORSE, test)), low, Optional.of(close)))
                .isInstanceOf(GateDecision.Promoted.class);
        assertThat(Gate.decide(policy(paired(Demand.NOT_WORSE, test)), low, Optional.of(high)))
                .isInstanceOf(GateDecision.Rejected.class);
    }

    @Test
    void aPersonMayHaveTheLastWord() {
        GatePolicy policy = new GatePolicy("p", List.of(new Rule.Threshold("t", "acc", HIGHER, 0.1)), true, false, 7);
        GateDecision decision = Gate.decide(policy, board("new", "t", values(5, 10)), Optional.empty());
        assertThat(decision).isInstanceOf(GateDecision.AwaitingApproval.class);
        GateDecision.AwaitingApproval waiting = (GateDecision.AwaitingApproval) decision;
        assertThat(waiting.approved().evidence()).isEqualTo(waiting.evidence());
        assertThat(waiting.refused()).isInstanceOf(GateDecision.Rejected.class);
        assertThat(Gate.decide(policy, board("new", "t", values(0, 10)), Optional.empty()))
                .isInstanceOf(GateDecision.Rejected.class);
    }

    @Test
    void everyFaultOfAPolicyIsNamedAndNothingIsPromoted() {
        GateDecision decision = Gate.decide(
                policy(
                        new Rule.Threshold("t", "acc", HIGHER, 0),
                        new Rule.Threshold("absent", "acc", HIGHER, 0),
                        new Rule.NoRegression("t", "f1", HIGHER, 0),
                        new Rule.Paired("t", "acc", HIGHER, Demand.BETTER, Rule.Test.MCNEMAR, 0.05, 100)),
                board("new", "t", values(5, 10)),
                Optional.of(board("old", "t", values(5, 10))));
        assertThat(faults(decision))
                .containsExactly(
                        Kind.UNKNOWN_TASK, Kind.UNKNOWN_METRIC, Kind.UNKNOWN_METRIC, Kind.TOO_FEW_COMMON_SAMPLES);
        assertThat(((GateDecision.Undecidable) decision).faults().getFirst())
                .satisfies(fault -> assertThat(fault.rule()).isEqualTo(1))
                .satisfies(fault ->
                        assertThat(fault.message()).contains("\"absent\"").contains("it was on t"));
        assertThat(faults(Gate.decide(policy(), board("new", "t", 1), Optional.empty())))
                .containsExactly(Kind.NO_RULES);
    }

    @Test
    void resultsThatProveNothingAreFaults() {
        Rule threshold = new Rule.Threshold("t", "acc", HIGHER, 0);
        Scoreboard limited = new Scoreboard("new", Map.of("t", new TaskResult(Map.of("acc", 1.0), Map.of(), true)));
        assertThat(faults(Gate.decide(policy(threshold), limited, Optional.empty())))
                .containsExactly(Kind.LIMITED_RUN);
        assertThat(Gate.decide(new GatePolicy("p", List.of(threshold), false, true, 7), limited, Optional.empty()))
                .isInstanceOf(GateDecision.Promoted.class);
        Scoreboard broken =
                new Scoreboard("new", Map.of("t", new TaskResult(Map.of("acc", Double.NaN), Map.of(), false)));
        assertThat(faults(Gate.decide(policy(threshold), broken, Optional.empty())))
                .containsExactly(Kind.NOT_FINITE);
        Scoreboard old = board("old", "t", values(5, 10));
        Scoreboard bare = new Scoreboard("new", Map.of("t", new TaskResult(Map.of("acc", 1.0), Map.of(), false)));
        assertThat(faults(Gate.decide(policy(paired(Demand.BETTER, Rule.Test.BOOTSTRAP)), bare, Optional.of(old))))
                .containsExactly(Kind.NO_SAMPLES);
        double[] fractions = new double[10];
        Arrays.fill(fractions, 0.5);
        assertThat(faults(Gate.decide(
                        policy(paired(Demand.BETTER, Rule.Test.MCNEMAR)),
                        board("new", "t", fractions),
                        Optional.of(old))))
                .containsExactly(Kind.NOT_BINARY);
    }

    @Test
    void rulesThatMeanNothingCannotBeMade() {
        assertThatThrownBy(() -> new Rule.Threshold("t", "acc", HIGHER, Double.NaN))
                .hasMessageContaining("finite");
        assertThatThrownBy(() -> new Rule.NoRegression("t", "acc", HIGHER, -0.1))
                .hasMessageContaining("0 or more");
        assertThatThrownBy(() -> new Rule.Paired("t", "acc", HIGHER, Demand.BETTER, Rule.Test.BOOTSTRAP, 1, 5))
                .hasMessageContaining("between 0 and 1");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1", "5, 5, 0.03125", "0, 5, 1", "3, 4, 0.3125", "9, 10, 0.0107421875", "60, 100, 0.02844397"})
    void mcNemarIsTheTailOfAFairCoin(int successes, int trials, double expected) {
        assertThat(PairedComparison.atLeast(successes, trials)).isCloseTo(expected, within(1e-8));
    }

    /** Properties that hold whatever the samples are. */
    @Test
    void decisionsAreSymmetricMonotoneAndRepeatable() {
        PythonRandom random = new PythonRandom(99);
        for (int round = 0; round < 60; round++) {
            int size = 10 + random.below(60);
            double[] one = new double[size];
            double[] other = new double[size];
            Arrays.setAll(one, i -> random.below(2));
            Arrays.setAll(other, i -> random.below(2));
            Scoreboard a = board("a", "t", one);
            Scoreboard b = board("b", "t", other);
            for (Rule.Test test : Rule.Test.values()) {
                GatePolicy better = policy(paired(Demand.BETTER, test));
                GatePolicy notWorse = policy(paired(Demand.NOT_WORSE, test));
                GateDecision decision = Gate.decide(better, a, Optional.of(b));
                assertThat(Gate.decide(better, a, Optional.of(b))).isEqualTo(decision);
                // Whoever is shown to be better is also not worse, and nobody is better than itself.
                boolean aBetter = decision instanceof GateDecision.Promoted;
                if (aBetter) {
                    assertThat(Gate.decide(notWorse, a, Optional.of(b))).isInstanceOf(GateDecision.Promoted.class);
                    assertThat(Gate.decide(better, b, Optional.of(a))).isInstanceOf(GateDecision.Rejected.class);
                }
                assertThat(Gate.decide(better, a, Optional.of(a))).isInstanceOf(GateDecision.Rejected.class);
                assertThat(Gate.decide(notWorse, a, Optional.of(a))).isInstanceOf(GateDecision.Promoted.class);
            }
            double[] gains = new double[size];
            Arrays.setAll(gains, i -> one[i] - other[i]);
            double[] losses = Arrays.stream(gains).map(gain -> -gain).toArray();
            PairedComparison forward = PairedComparison.of(gains, 0.05, 7);
            PairedComparison backward = PairedComparison.of(losses, 0.05, 7);
            assertThat(forward.better()).isEqualTo(backward.worse());
            assertThat(forward.pBetter()).isEqualTo(backward.pWorse());
            assertThat(forward.low()).isCloseTo(-backward.high(), within(1e-12));
            assertThat(forward.low()).isLessThanOrEqualTo(forward.meanGain() + 1e-12);
            assertThat(forward.high()).isGreaterThanOrEqualTo(forward.meanGain() - 1e-12);
            // One more sample won never makes it harder to be better.
            double[] more = Arrays.copyOf(gains, size + 1);
            more[size] = 1;
            assertThat(PairedComparison.of(more, 0.05, 7).pBetter()).isLessThanOrEqualTo(forward.pBetter() + 1e-12);
        }
    }

    @Test
    void onlyCommonSamplesAreCompared() {
        Scoreboard old = new Scoreboard(
                "old",
                Map.of("t", new TaskResult(Map.of("acc", 0.5), Map.of("acc", Map.of("x", 1.0, "y", 0.0)), false)));
        Scoreboard challenger = new Scoreboard(
                "new",
                Map.of("t", new TaskResult(Map.of("acc", 0.5), Map.of("acc", Map.of("y", 1.0, "z", 0.0)), false)));
        Rule rule = new Rule.Paired("t", "acc", HIGHER, Demand.NOT_WORSE, Rule.Test.MCNEMAR, 0.05, 1);
        GateDecision decision = Gate.decide(policy(rule), challenger, Optional.of(old));
        assertThat(((GateDecision.Promoted) decision)
                        .evidence()
                        .getFirst()
                        .comparison()
                        .orElseThrow())
                .satisfies(comparison -> assertThat(comparison.samples()).isEqualTo(1))
                .satisfies(comparison -> assertThat(comparison.better()).isEqualTo(1));
    }

    @Test
    void scoredTasksAreComparedDocumentByDocument() {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            rows.append("{\"question\": \"q")
                    .append(i)
                    .append("\", \"answer\": \"#### ")
                    .append(i)
                    .append("\"}\n");
        }
        Gsm8kTask task = Gsm8kTask.of(
                Gsm8kVariant.COT_ZEROSHOT,
                Gsm8kDataset.read(rows.toString().getBytes(UTF_8)).documents(),
                List.of());
        Rule rule = new Rule.Paired(
                "gsm8k_cot_zeroshot",
                "exact_match,flexible-extract",
                HIGHER,
                Demand.BETTER,
                Rule.Test.MCNEMAR,
                0.05,
                20);
        Scoreboard old = answered("old", task, 5);
        Scoreboard challenger = answered("new", task, 15);
        GateDecision decision = Gate.decide(policy(rule), challenger, Optional.of(old));
        assertThat(decision)
                .isInstanceOfSatisfying(GateDecision.Promoted.class, promoted -> assertThat(promoted.evidence()
                                .getFirst()
                                .comparison()
                                .orElseThrow()
                                .better())
                        .isEqualTo(10));
        assertThat(Gate.decide(policy(rule), old, Optional.of(challenger))).isInstanceOf(GateDecision.Rejected.class);
    }

    /** Answers the first problems rightly and the others wrongly. */
    private static Scoreboard answered(String checkpoint, Gsm8kTask task, int right) {
        List<ScoredSample> samples = task.examples(SampleLimit.none()).stream()
                .map(example -> ScoredSample.of(
                        task, example, Response.Generated.of(example.id() < right ? "" + example.id() : "999")))
                .toList();
        return new Scoreboard(checkpoint, Map.of(task.name(), TaskResult.of(TaskScore.of(task, samples), samples)));
    }
}
