package io.finemesh.contract.id;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatasetVersionTest {
    @Test
    void aVersionTellsItsDataSetItsNumberAndItsSide() {
        DatasetVersion training = new DatasetVersion("sums@12");
        DatasetVersion heldOut = new DatasetVersion("sums@12:held-out");

        assertThat(training.number()).isEqualTo(12);
        assertThat(heldOut.number()).isEqualTo(12);
        assertThat(training.isHeldOut()).isFalse();
        assertThat(heldOut.isHeldOut()).isTrue();
        assertThat(training.dataset()).isEqualTo("sums");
        assertThat(heldOut.dataset()).isEqualTo("sums:held-out");
    }
}
