package io.finemesh.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.training.StepCompleted;
import io.finemesh.gateway.fake.Interleaving;
import io.finemesh.gateway.fake.SampleRun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFeedTest {
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Instant LONG_AFTER = SampleRun.BEGIN.plusSeconds(3_600);

    private final List<Occurrence> told = SampleRun.occurrences();

    @Test
    void tellsEverythingOnceAndTheEndLast() {
        List<FeedItem> items = read(new RunFeed(Position.start(), GRACE), RunViewTest.folded(told), 7);
        assertThat(keys(items)).doesNotHaveDuplicates().containsAll(lasting());
        assertThat(items.getLast()).isInstanceOfSatisfying(FeedItem.Told.class, last -> assertThat(
                        last.occurrence().body())
                .isInstanceOf(RunCompleted.class));
    }

    /** A reader follows, is cut off anywhere, and goes on at a gateway that has read the topics in another order. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15})
    void goesOnAfterARestartWithoutLossOrRepetition(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            RunView before = new RunView(SampleRun.ID);
            RunFeed follower = new RunFeed(Position.start(), GRACE);
            List<FeedItem> seen = new ArrayList<>();
            List<Occurrence> live = Interleaving.of(told, random);
            int cut = random.nextInt(live.size());
            for (Occurrence occurrence : live.subList(0, cut)) {
                before.apply(occurrence);
                seen.addAll(follower.next(before, 3, LONG_AFTER));
            }
            Position lastEventId = seen.isEmpty()
                    ? Position.start()
                    : Position.parse(seen.getLast().after().toString()).orElseThrow();
            RunView after = RunViewTest.folded(Interleaving.of(told, random));
            List<FeedItem> rest = read(new RunFeed(lastEventId, GRACE), after, 5);

            List<String> all = new ArrayList<>(keys(seen));
            all.addAll(keys(rest));
            assertThat(all).doesNotHaveDuplicates().containsAll(lasting());
        }
    }

    @Test
    void tellsWhatStandsThereInTheOrderInWhichItWasSaid() {
        for (long seed = 0; seed < 20; seed++) {
            RunView rebuilt = RunViewTest.folded(Interleaving.of(told, new Random(seed)));
            List<String> order = keys(read(new RunFeed(Position.start(), GRACE), rebuilt, 6));
            assertThat(order).isEqualTo(lasting());
        }
    }

    @Test
    void positionsOnlyGrow() {
        List<FeedItem> items = read(new RunFeed(Position.start(), GRACE), RunViewTest.folded(told), 4);
        assertThat(items.stream().map(item -> item.after().toString()).toList()).doesNotHaveDuplicates();
        for (int index = 1; index < items.size(); index++) {
            Position earlier = items.get(index - 1).after();
            Position later = items.get(index).after();
            for (Source source : Source.values()) {
                for (long offset = 0; offset < 100; offset++) {
                    assertThat(!earlier.covers(source, offset) || later.covers(source, offset))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void holdsTheEndBackUntilTheLastStepAndCheckpointAreThere() {
        Instant atTheEnd = told.getLast().time();
        RunView run = new RunView(SampleRun.ID);
        told.stream().filter(each -> each.source() == Source.RUN_EVENTS).forEach(run::apply);
        RunFeed feed = new RunFeed(Position.start(), GRACE);
        assertThat(feed.next(run, 100, atTheEnd)).noneMatch(RunFeedTest::isEnd);
        assertThat(feed.finished()).isFalse();

        told.stream().filter(each -> each.source() != Source.RUN_EVENTS).forEach(run::apply);
        List<FeedItem> rest = feed.next(run, 1_000, atTheEnd);
        assertThat(rest.getLast()).matches(RunFeedTest::isEnd);
        assertThat(rest).filteredOn(FeedItem.Stepped.class::isInstance).hasSize(SampleRun.STEPS);
        assertThat(feed.finished()).isTrue();
    }

    @Test
    void doesNotHoldTheEndBackForever() {
        RunView run = new RunView(SampleRun.ID);
        told.stream().filter(each -> each.source() == Source.RUN_EVENTS).forEach(run::apply);
        RunFeed feed = new RunFeed(Position.start(), GRACE);
        Instant end = run.endedAt().orElseThrow();
        assertThat(feed.next(run, 100, end.plusMillis(1_999))).noneMatch(RunFeedTest::isEnd);
        assertThat(feed.next(run, 100, end.plusMillis(2_000))).singleElement().matches(RunFeedTest::isEnd);
    }

    @Test
    void hasNothingMoreForWhoeverHasSeenTheEnd() {
        RunView run = RunViewTest.folded(told);
        Position end =
                read(new RunFeed(Position.start(), GRACE), run, 50).getLast().after();
        RunFeed again = new RunFeed(end, GRACE);
        assertThat(again.next(run, 100, LONG_AFTER)).isEmpty();
        assertThat(again.finished()).isTrue();
    }

    @Test
    void aViewSaysWhereItsReadersStand() {
        RunView run = new RunView(SampleRun.ID);
        told.subList(0, 30).forEach(run::apply);
        RunFeed later = new RunFeed(Position.parse(run.position().toString()).orElseThrow(), GRACE);
        assertThat(later.next(run, 1_000, LONG_AFTER)).isEmpty();
        told.subList(30, 33).forEach(run::apply);
        assertThat(later.next(run, 1_000, LONG_AFTER)).hasSize((int) told.subList(30, 33).stream()
                .filter(each -> each.source() != Source.RUN_STATE)
                .count());
    }

    @Test
    void tellsFollowersOfAStepThatIsTakenAgain() {
        RunView run = new RunView(SampleRun.ID);
        RunFeed feed = new RunFeed(Position.start(), GRACE);
        List<Long> epochsOfStepTen = new ArrayList<>();
        for (Occurrence occurrence : told) {
            run.apply(occurrence);
            for (FeedItem item : feed.next(run, 100, LONG_AFTER)) {
                if (item instanceof FeedItem.Stepped stepped && stepped.step().step() == 10) {
                    epochsOfStepTen.add(stepped.step().epoch());
                }
            }
        }
        assertThat(epochsOfStepTen).containsExactly(3L, 4L);
    }

    private static boolean isEnd(FeedItem item) {
        return item instanceof FeedItem.Told told && told.occurrence().body() instanceof RunCompleted;
    }

    /** What every reader must be told: all but snapshots, which are not events, and steps that were taken again. */
    private List<String> lasting() {
        return told.stream()
                .filter(each -> each.source() != Source.RUN_STATE)
                .filter(each -> !(each.body() instanceof StepCompleted step && step.epoch() == 3))
                .map(each -> each.source() + "@" + each.offset())
                .toList();
    }

    private List<String> keys(List<FeedItem> items) {
        return items.stream().map(this::key).toList();
    }

    private String key(FeedItem item) {
        return switch (item) {
            case FeedItem.Told told ->
                told.occurrence().source() + "@" + told.occurrence().offset();
            case FeedItem.Stepped stepped ->
                told.stream()
                        .filter(each -> each.body() instanceof StepCompleted step
                                && step.step() == stepped.step().step()
                                && step.epoch() == stepped.step().epoch())
                        .map(each -> each.source() + "@" + each.offset())
                        .findFirst()
                        .orElseThrow();
        };
    }

    private static List<FeedItem> read(RunFeed feed, RunView run, int chunk) {
        List<FeedItem> items = new ArrayList<>();
        while (!feed.finished()) {
            List<FeedItem> more = feed.next(run, chunk, LONG_AFTER);
            items.addAll(more);
            assertThat(more.isEmpty() && !feed.finished())
                    .as(
                            "a feed of a run that ended comes to its end; %s",
                            new TreeSet<>(more.stream().map(Object::toString).toList()))
                    .isFalse();
        }
        return items;
    }
}
