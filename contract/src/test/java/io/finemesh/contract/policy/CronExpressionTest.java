package io.finemesh.contract.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronExpressionTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    * * * * *         | UTC           | 2026-01-01T00:00:00Z | 2026-01-01T00:01:00Z
                    * * * * *         | UTC           | 2026-01-01T00:00:59Z | 2026-01-01T00:01:00Z
                    */15 * * * *      | UTC           | 2026-01-01T00:15:00Z | 2026-01-01T00:30:00Z
                    5/20 * * * *      | UTC           | 2026-01-01T00:26:00Z | 2026-01-01T00:45:00Z
                    30 2 * * *        | Europe/Vienna | 2026-01-01T00:00:00Z | 2026-01-01T01:30:00Z
                    0 0 31 * *        | UTC           | 2026-04-01T00:00:00Z | 2026-05-31T00:00:00Z
                    0 0 29 2 *        | UTC           | 2026-01-01T00:00:00Z | 2028-02-29T00:00:00Z
                    0 9 * * MON-FRI   | UTC           | 2026-01-02T10:00:00Z | 2026-01-05T09:00:00Z
                    0 9 * jul,DEC 7   | UTC           | 2026-01-02T10:00:00Z | 2026-07-05T09:00:00Z
                    0 9 * * 0         | UTC           | 2026-01-02T10:00:00Z | 2026-01-04T09:00:00Z
                    0 0 13 * FRI      | UTC           | 2026-01-03T00:00:00Z | 2026-01-09T00:00:00Z
                    0 0 13 * FRI      | UTC           | 2026-01-10T00:00:00Z | 2026-01-13T00:00:00Z
                    30 2 * * *        | Europe/Vienna | 2026-03-28T02:00:00Z | 2026-03-29T01:30:00Z
                    30 2 * * *        | Europe/Vienna | 2026-10-24T01:00:00Z | 2026-10-25T00:30:00Z
                    30 2 * * *        | Europe/Vienna | 2026-10-25T00:30:00Z | 2026-10-26T01:30:00Z
                    """)
    void theNextTimeIsThatOfCrontab(String expression, String zone, Instant after, Instant next) {
        assertThat(CronExpression.parse(expression).next(after, ZoneId.of(zone)))
                .contains(next);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    * * * *        | has 4 fields
                    60 * * * *     | the minute is "60"; allowed: *, numbers from 0 to 59
                    * 24 * * *     | the hour is "24"
                    * * 0 * *      | the day of month is "0"
                    * * * FOO *    | the month is "FOO"
                    * * * * 8      | the day of week is "8"
                    5-1 * * * *    | the minute is "5-1"
                    */0 * * * *    | the minute is "*/0"
                    1-2-3 * * * *  | the minute is "1-2-3"
                    1,,2 * * * *   | the minute is ""
                    0 0 30 2 *     | fits no date
                    @daily         | has 1 fields
                    """)
    void whatIsNoExpressionIsSaid(String expression, String words) {
        assertThatThrownBy(() -> CronExpression.parse(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }

    @Test
    void anExpressionShowsItself() {
        assertThat(CronExpression.parse("30 2 * * *")).hasToString("30 2 * * *");
    }
}
