package io.finemesh.demo;

import io.finemesh.demo.client.Alias;
import io.finemesh.demo.client.Decision;
import io.finemesh.demo.client.Evaluation;
import io.finemesh.demo.client.Firing;
import io.finemesh.demo.client.GatewayClient;
import io.finemesh.demo.client.GatewayException;
import io.finemesh.demo.client.Growth;
import io.finemesh.demo.client.MessageSink;
import io.finemesh.demo.client.RunOutcome;
import io.finemesh.demo.problem.Problem;
import io.finemesh.demo.problem.ProblemRows;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A policy that keeps a model improving, all through the gateway of a running mesh and a Kafka topic beside it: right problems come and the result takes the alias, wrong ones come
 * and it does not. Exit code 0 when both happened, 1 when not, 2 when the mesh cannot be reached or refuses.
 */
final class ContinuousDemo {
    static final String ALIAS = "champion";

    /** Longest wait for any one thing but a run's end; on a machine that is busy with other work things take their time. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    private static final int MESSAGES_AT_ONCE = 250;

    private final GatewayClient gateway;
    private final URI gatewayUrl;
    private final MessageSink.Source topics;
    private final LoopFiles loop;
    private final PrintStream out;
    private final Clock clock;
    private final Timeline timeline;
    private final Set<String> told = new HashSet<>();
    private int fired;

    private ContinuousDemo(
            GatewayClient gateway,
            URI gatewayUrl,
            MessageSink.Source topics,
            LoopFiles loop,
            PrintStream out,
            Clock clock,
            Timeline timeline) {
        this.gateway = gateway;
        this.gatewayUrl = gatewayUrl;
        this.topics = topics;
        this.loop = loop;
        this.out = out;
        this.clock = clock;
        this.timeline = timeline;
    }

    /** Something that should have happened did not; the message is for people. */
    private static final class UnmetException extends Exception {
        private static final long serialVersionUID = 1L;

        UnmetException(String message) {
            super(message);
        }
    }

    /** One look at something; empty when it is not there yet. */
    @FunctionalInterface
    private interface Look<T> {
        Optional<T> look() throws GatewayException;
    }

    /** An automatic run and what became of it. */
    private record Round(Firing firing, Decision decision, DecisionTable.Row row) {}

    /**
     * Runs it.
     *
     * @param topics where problems are streamed to
     * @param directory where its files are made
     * @return the exit code
     */
    static int run(URI gatewayUrl, MessageSink.Source topics, Path directory, long seed, PrintStream out, Clock clock) {
        Timeline timeline = new Timeline(out, clock);
        try (GatewayClient gateway = new GatewayClient(gatewayUrl)) {
            LoopFiles loop = LoopFiles.write(directory, freeName(gateway), seed);
            return new ContinuousDemo(gateway, gatewayUrl, topics, loop, out, clock, timeline).tell();
        } catch (UnmetException unmet) {
            out.println("\nNot as it should be: " + unmet.getMessage());
            return 1;
        } catch (GatewayException refused) {
            out.println("\nThe demo cannot go on: " + refused.getMessage());
            return 2;
        } catch (IOException unwritable) {
            out.println("\nThe demo cannot use its files in " + directory + ": " + unwritable.getMessage());
            return 2;
        }
    }

    /** A mesh that is kept has the data of the last time, and the same problems again would be nothing new to it. */
    private static String freeName(GatewayClient gateway) throws GatewayException {
        String name = "demo-loop";
        for (int next = 2; gateway.has("/v1/policies/" + name); next++) {
            name = "demo-loop-" + next;
        }
        return name;
    }

    private int tell() throws GatewayException, IOException, UnmetException {
        String first = begin();
        setOnce();
        Round better;
        Round worse;
        try (MessageSink topic = topics.open(loop.topic())) {
            timeline.chapter("3. %,d new problems come in on topic %s, answered rightly"
                    .formatted(LoopFiles.ENOUGH, loop.topic()));
            stream(topic, loop.stream().right());
            better = round();
            expect(better, "promoted", "it learned from right answers, so it should have taken the alias");
            String champion = better.decision().challenger();
            holds(champion);
            timeline.say("%s stands for %s now, and for %s before".formatted(alias(), champion, first));

            timeline.chapter("4. %,d more come, and something upstream is broken: every answer is one too large"
                    .formatted(LoopFiles.NOT_ENOUGH + LoopFiles.AT_ONCE));
            List<Problem> wrong = loop.stream().wrong();
            stream(topic, wrong.subList(0, LoopFiles.NOT_ENOUGH));
            awaitRows(LoopFiles.ENOUGH + LoopFiles.NOT_ENOUGH);
            timeline.say("one problem short of what fires the policy; now the rest");
            stream(topic, wrong.subList(LoopFiles.NOT_ENOUGH, wrong.size()));
            worse = round();
            expect(worse, "rejected", "it learned wrong answers, so the gate should have kept it from the alias");
            holds(champion);
            timeline.say("%s still stands for %s".formatted(alias(), champion));
        }
        conclude(better, worse);
        return 0;
    }

    /** 1. A model that somebody trained, and put in place by hand. */
    private String begin() throws GatewayException, IOException, UnmetException {
        timeline.chapter("1. A model to begin with");
        gateway.importModel(loop.name(), loop.files().modelDirectory());
        gateway.uploadDataset(loop.firstDataset(), loop.firstProblems());
        gateway.uploadDataset(loop.exam(), loop.examProblems());
        timeline.say(
                "a random Llama of %,d parameters, %,d sums to train on, and an exam of sums whose numbers nothing else is about"
                        .formatted(loop.files().parameters(), LoopFiles.FIRST));
        String run = gateway.submit(loop.text(LoopFiles.FIRST_RUN));
        timeline.say("run %s trains it for a moment (watch it at %s)".formatted(run, gatewayUrl));
        String checkpoint = follow(run).checkpoint().orElseThrow();
        gateway.moveAlias(loop.name(), ALIAS, checkpoint, "a model to begin with");
        holds(checkpoint);
        timeline.say("%s stands for %s: somebody put it there".formatted(alias(), checkpoint));
        return checkpoint;
    }

    /** 2. What a person sets once. */
    private void setOnce() throws GatewayException, IOException {
        timeline.chapter("2. Set once, in " + loop.files().directory());
        gateway.applyConnector(loop.name(), loop.text(LoopFiles.CONNECTOR));
        timeline.say("%s: what comes on topic %s becomes data set %s"
                .formatted(LoopFiles.CONNECTOR, loop.topic(), loop.dataset()));
        gateway.applyPolicy(loop.text(LoopFiles.POLICY));
        timeline.say("%s: with every %,d new problems train again from %s, and move the alias"
                .formatted(LoopFiles.POLICY, LoopFiles.ENOUGH, alias()));
        timeline.more("if the result gets half of the exam right, has no higher loss, and is better by McNemar's test");
    }

    private void stream(MessageSink topic, List<Problem> problems) throws GatewayException, UnmetException {
        List<String> messages = problems.stream().map(ProblemRows::message).toList();
        for (int from = 0; from < messages.size(); from += MESSAGES_AT_ONCE) {
            topic.send(messages.subList(from, Math.min(messages.size(), from + MESSAGES_AT_ONCE)));
            tellGrowth();
        }
        timeline.say("%,d problems are on the topic, such as %s".formatted(messages.size(), messages.getLast()));
    }

    /** From rows that come in to the gate's word: the policy fires, its run trains, the result is compared with the champion. */
    private Round round() throws GatewayException, UnmetException {
        Firing firing = await("policy " + loop.name() + " to fire", this::firing);
        fired++;
        timeline.say("it fires: " + firing.sentence());
        String run = firing.run().orElseThrow();
        await("run " + run + " to be submitted", () -> {
            Optional<String> refused = refusal(run);
            if (refused.isPresent()) {
                throw new GatewayException("no run could be made of it: " + refused.get());
            }
            return gateway.has("/v1/runs/" + run) ? Optional.of(run) : Optional.empty();
        });
        timeline.say("run %s trains %s on %s"
                .formatted(run, alias(), firing.version().orElse("?")));
        follow(run);
        timeline.say("the gate has challenger and champion take the same exam");
        Decision decision = await("the gate to decide about " + run, () -> decision(run));
        timeline.say("the gate says %s to %s".formatted(decision.verdict(), decision.challenger()));
        decision.evidence().forEach(timeline::more);
        return new Round(firing, decision, row(firing, decision));
    }

    private Optional<Firing> firing() throws GatewayException {
        tellGrowth();
        List<Firing> said = gateway.firings(loop.name());
        for (Firing one : said.reversed()) {
            if (one.run().isEmpty() && told.add(one.at())) {
                timeline.say("it waits: " + one.sentence());
            }
        }
        List<Firing> all = said.stream().filter(one -> one.run().isPresent()).toList();
        return all.size() > fired ? Optional.of(all.getFirst()) : Optional.empty();
    }

    private Optional<String> refusal(String run) throws GatewayException {
        return gateway.firings(loop.name()).stream()
                .filter(one -> one.run().equals(Optional.of(run)))
                .findFirst()
                .flatMap(Firing::refused);
    }

    private Optional<Decision> decision(String run) throws GatewayException {
        return gateway.alias(loop.name(), ALIAS).decisions().stream()
                .filter(decision -> decision.run().equals(run))
                .findFirst();
    }

    private DecisionTable.Row row(Firing firing, Decision decision) throws GatewayException {
        List<Evaluation> evaluations = new ArrayList<>();
        for (String id : decision.evaluations()) {
            evaluations.add(gateway.evaluation(id));
        }
        return new DecisionTable.Row(
                firing.version().orElse("?"),
                decision,
                evaluations.stream()
                        .filter(one -> decision.champion().equals(Optional.of(one.checkpoint())))
                        .findFirst(),
                evaluations.stream()
                        .filter(one -> one.checkpoint().equals(decision.challenger()))
                        .findFirst());
    }

    private void expect(Round round, String verdict, String because) throws UnmetException {
        if (!round.decision().verdict().equals(verdict)) {
            throw new UnmetException("the gate says %s to what run %s made: %s. %s"
                    .formatted(
                            round.decision().verdict(),
                            round.decision().run(),
                            round.decision().sentence(),
                            because));
        }
    }

    /** Waits until the alias stands for a checkpoint; one that is not to move is given no time to. */
    private void holds(String checkpoint) throws GatewayException, UnmetException {
        await(alias() + " to stand for " + checkpoint, () -> {
            Alias now = gateway.alias(loop.name(), ALIAS);
            return now.checkpoint().filter(checkpoint::equals);
        });
    }

    private void awaitRows(long rows) throws GatewayException, UnmetException {
        await(rows + " rows in " + loop.dataset(), () -> {
            tellGrowth();
            return gateway.growth(loop.dataset()).filter(growth -> growth.samples() >= rows);
        });
    }

    private void tellGrowth() throws GatewayException {
        Optional<Growth> growth = gateway.growth(loop.dataset());
        if (growth.isPresent() && told.add(growth.get().version())) {
            timeline.say("%s: slice %d has %,d problems, %,d in all"
                    .formatted(
                            growth.get().version(),
                            growth.get().slice(),
                            growth.get().added(),
                            growth.get().samples()));
        }
    }

    private RunOutcome follow(String run) throws GatewayException, UnmetException {
        ProgressLine line = new ProgressLine(out, System.console() != null, () -> timeline.stamp() + "    ");
        gateway.follow(run, line::show);
        line.end();
        RunOutcome outcome = gateway.outcome(run);
        if (!outcome.phase().equals("completed")) {
            throw new UnmetException("run %s ended as %s: %s"
                    .formatted(run, outcome.phase(), outcome.failure().orElse("no reason was given")));
        }
        return outcome;
    }

    private <T> T await(String what, Look<T> look) throws GatewayException, UnmetException {
        Instant deadline = clock.instant().plus(PATIENCE);
        while (true) {
            Optional<T> found = look.look();
            if (found.isPresent()) {
                return found.get();
            }
            if (clock.instant().isAfter(deadline)) {
                throw new UnmetException("waited %d s for %s".formatted(PATIENCE.toSeconds(), what));
            }
            try {
                Thread.sleep(BETWEEN_LOOKS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new GatewayException("interrupted while waiting for " + what, interrupted);
            }
        }
    }

    private String alias() {
        return loop.name() + "@" + ALIAS;
    }

    private void conclude(Round better, Round worse) {
        out.println();
        new DecisionTable(List.of(better.row(), worse.row())).print(out);
        out.printf(
                """

                The champion answers, and what learned from the broken source never did. See for yourself:
                    ./finemesh aliases
                    ./finemesh why %1$s
                    ./finemesh impact %2$s:%3$d.1        # what has a wrong problem touched?
                    ./finemesh quarantine %2$s:%3$d.1 --reason "wrong answer" --retrain
                    ./finemesh rollback %1$s
                Without --keep the mesh ends with the demo; ./finemesh up --detach brings it back with all that it knows.

                The demo took %4$d s on a running mesh.
                """,
                alias(),
                loop.dataset(),
                worse.firing().fromSlice(),
                timeline.elapsed().toSeconds());
    }
}
