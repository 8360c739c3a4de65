package io.finemesh.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SubspaceScheduleTest {
    @Test
    void togetherEveryMatrixIsRefreshedAtMultiplesOfTheInterval() {
        SubspaceSchedule schedule = new SubspaceSchedule(200, false, 7);
        for (int matrix = 0; matrix < 7; matrix++) {
            assertThat(schedule.nextRefresh(matrix, 0, 200)).isEqualTo(200);
            assertThat(schedule.nextRefresh(matrix, 200, 200)).isEqualTo(400);
        }
    }

    /** After the first update no step refreshes more than its share, so that none stands out (GaLore issue 16: all matrices at once take minutes). */
    @Test
    void staggeredNoStepRefreshesMoreThanItsShare() {
        int matrices = 28;
        int interval = 10;
        SubspaceSchedule schedule = new SubspaceSchedule(interval, true, matrices);
        int[] refreshes = new int[100];
        for (int matrix = 0; matrix < matrices; matrix++) {
            for (long update = 0; update < refreshes.length; ) {
                refreshes[(int) update]++;
                update = schedule.nextRefresh(matrix, update, interval);
            }
        }
        assertThat(refreshes[0]).isEqualTo(matrices);
        for (int update = 1; update < refreshes.length; update++) {
            assertThat(refreshes[update]).as("update " + update).isBetween(2, 3);
        }
    }

    @Test
    void anAdaptedIntervalCounts() {
        assertThat(new SubspaceSchedule(10, false, 1).nextRefresh(0, 30, 40)).isEqualTo(70);
    }

    @Test
    void refusesImpossibleSchedules() {
        assertThatThrownBy(() -> new SubspaceSchedule(0, false, 1)).hasMessageContaining("got 0 and 1");
        assertThatThrownBy(() -> new SubspaceSchedule(1, true, 2).nextRefresh(2, 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
