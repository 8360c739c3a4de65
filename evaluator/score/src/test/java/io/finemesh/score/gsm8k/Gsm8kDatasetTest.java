package io.finemesh.score.gsm8k;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.finemesh.score.SharedData;
import io.finemesh.score.records.RowProblem;
import io.finemesh.score.records.RowProblem.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class Gsm8kDatasetTest {
    @Test
    void everyUnusableProblemIsNamed() {
        Gsm8kDataset dataset = Gsm8kDataset.read("""
                {"question": "a", "answer": "x\\n#### 1"}
                {"question": "b"}
                {"question": "c", "answer": "no mark"}
                {"question": "a", "answer": "x\\n#### 2"}
                {"question": 4, "answer": null}
                {"question": "d", "answer": "x\\n#### 4""".getBytes(UTF_8));
        assertThat(dataset.documents()).extracting(Gsm8kDocument::question).containsExactly("a");
        assertThat(dataset.problems())
                .extracting(RowProblem::line, RowProblem::kind)
                .containsExactlyInAnyOrder(
                        tuple(2, Kind.MISSING_FIELD),
                        tuple(3, Kind.BAD_VALUE),
                        tuple(4, Kind.DUPLICATE),
                        tuple(5, Kind.WRONG_TYPE),
                        tuple(5, Kind.WRONG_TYPE),
                        tuple(6, Kind.NOT_JSON));
        assertThat(Gsm8kDataset.isPublishedTest(dataset.documents())).isFalse();
    }

    @Test
    void aChangedByteIsNoLongerThePublishedSet() {
        byte[] file = SharedData.bytes("data/gsm8k/test.jsonl");
        List<Gsm8kDocument> published = Gsm8kDataset.read(file).documents();
        assertThat(Gsm8kDataset.isPublishedTest(published)).isTrue();
        String windows = "\ufeff" + new String(file, UTF_8).replace("\n", "\r\n");
        assertThat(Gsm8kDataset.isPublishedTest(
                        Gsm8kDataset.read(windows.getBytes(UTF_8)).documents()))
                .as("the same problems in another file")
                .isTrue();
        file[100] ^= 1;
        assertThat(Gsm8kDataset.isPublishedTest(Gsm8kDataset.read(file).documents()))
                .isFalse();
        assertThat(Gsm8kDataset.isPublishedTest(published.reversed())).isFalse();
    }
}
