package io.finemesh.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finemesh.engine.data.DatasetException.Reason;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.EncodedText;
import io.finemesh.engine.text.PromptEncoder;
import io.finemesh.engine.text.PromptTemplate;
import io.finemesh.engine.text.SpecialTokens;
import io.finemesh.engine.text.Tokenizer;
import io.finemesh.engine.text.TokenizerFiles;
import io.finemesh.engine.text.Turn;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Word-level ids: 1 begins a text, 2 ends it, q = 3, a = 4. */
class SampleEncoderTest {
    private static final Conversation SHORT = Conversation.of(Turn.user("q"), Turn.assistant("a"));
    private static final Conversation LONG_ANSWER = Conversation.of(Turn.user("q q"), Turn.assistant("a a a a"));
    private static final Conversation LONG_QUESTION = Conversation.of(Turn.user("q q q q q q"), Turn.assistant("a"));
    private static final Conversation NO_ANSWER = Conversation.of(Turn.user("q"));

    @TempDir
    Path folder;

    private Tokenizer tokenizer;

    @BeforeEach
    void load() {
        tokenizer = Tokenizer.load(TokenizerFiles.wordLevel(folder, "q", "a"), new SpecialTokens(List.of(2)), 5);
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    private SampleEncoder encoder(int cutoff, LongSamples longSamples) {
        return new SampleEncoder(PromptEncoder.of(tokenizer, PromptTemplate.PLAIN), cutoff, longSamples);
    }

    @Test
    void encodesWhatFits() {
        SampleEncoder encoder = encoder(4, LongSamples.DROP);
        EncodedText sample = encoder.encode(SHORT).orElseThrow();
        assertThat(sample.tokens()).containsExactly(1, 3, 4, 2);
        assertThat(sample.labelled()).containsExactly(false, false, true, true);
        assertThat(encoder.report()).isEqualTo(new EncodedSamples.Report(1, 0, 0, 0, 4, 2, 4));
    }

    @Test
    void cutsTheEndOfLongSamplesAndCountsThem() {
        SampleEncoder encoder = encoder(5, LongSamples.TRUNCATE);
        EncodedText sample = encoder.encode(LONG_ANSWER).orElseThrow();
        assertThat(sample.tokens()).containsExactly(1, 3, 3, 4, 4);
        assertThat(sample.labelled()).containsExactly(false, false, false, true, true);
        assertThat(encoder.report()).isEqualTo(new EncodedSamples.Report(1, 1, 0, 0, 5, 2, 5));
    }

    @Test
    void aSampleExactlyAsLongAsTheCutoffIsNotCut() {
        SampleEncoder encoder = encoder(8, LongSamples.TRUNCATE);
        assertThat(encoder.encode(LONG_ANSWER).orElseThrow().length()).isEqualTo(8);
        assertThat(encoder.report().truncated()).isZero();
    }

    @Test
    void dropsLongSamplesWhenTold() {
        SampleEncoder encoder = encoder(5, LongSamples.DROP);
        assertThat(encoder.encode(LONG_ANSWER)).isEmpty();
        assertThat(encoder.report()).isEqualTo(new EncodedSamples.Report(1, 0, 1, 0, 0, 0, 0));
    }

    @Test
    void sharesTheRoomWhenTold() {
        SampleEncoder encoder = encoder(5, LongSamples.SHARE);
        assertThat(encoder.encode(LONG_QUESTION).orElseThrow().tokens()).containsExactly(1, 3, 3, 4, 2);
        assertThat(encoder.report().truncated()).isOne();
    }

    @Test
    void dropsAndCountsWhatTeachesNothing() {
        SampleEncoder encoder = encoder(5, LongSamples.TRUNCATE);
        assertThat(encoder.encode(NO_ANSWER)).isEmpty();
        assertThat(encoder.encode(LONG_QUESTION)).isEmpty();
        assertThat(encoder.report()).isEqualTo(new EncodedSamples.Report(2, 0, 0, 2, 0, 0, 0));
        assertThat(encoder.report().kept()).isZero();
    }

    @Test
    void encodesAWholeDatasetInOrder() {
        EncodedSamples encoded = encoder(6, LongSamples.TRUNCATE)
                .encodeAll(List.of(SHORT, NO_ANSWER, LONG_ANSWER, LONG_QUESTION, SHORT)
                        .iterator());
        assertThat(encoded.samples()).extracting(EncodedText::length).containsExactly(4, 6, 4);
        assertThat(encoded.report()).isEqualTo(new EncodedSamples.Report(5, 1, 0, 2, 14, 7, 6));
        assertThat(encoded.report().describe())
                .isEqualTo("3 of 5 conversations kept (1 cut, 0 too long, 2 without anything to learn), "
                        + "14 tokens, 7 of them labelled, longest 6");
    }

    @Test
    void nothingLeftIsAnErrorThatSaysWhy() {
        assertThatThrownBy(() -> encoder(4, LongSamples.DROP)
                        .encodeAll(List.of(NO_ANSWER, LONG_ANSWER).iterator()))
                .isInstanceOfSatisfying(DatasetException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Reason.NO_SAMPLES))
                .hasMessageContaining("none of 2 conversations")
                .hasMessageContaining("1 are longer than the cut-off of 4 tokens")
                .hasMessageContaining("1 have no assistant text");
        assertThatThrownBy(() -> encoder(4, LongSamples.DROP)
                        .encodeAll(List.<Conversation>of().iterator()))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("no conversation");
    }

    @Test
    void aCutoffLeavesSomethingToPredictFrom() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> encoder(1, LongSamples.TRUNCATE))
                .withMessageContaining("got 1");
    }
}
