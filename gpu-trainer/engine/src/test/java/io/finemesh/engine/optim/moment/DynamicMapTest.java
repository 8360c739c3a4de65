package io.finemesh.engine.optim.moment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DynamicMapTest {
    /** SHA-256 of the maps of bitsandbytes as little-endian 32-bit floats. */
    @ParameterizedTest
    @CsvSource({
        "SIGNED, e732639a65f497b4ad684bb166a4467708255edd5207757de8b8f0c7e1fda89c",
        "UNSIGNED, 305f002cc11278fb769d13b25b9fd0c7c83c8402c40a878fe086f4039fde6398"
    })
    void isBitForBitTheMapOfBitsandbytes(DynamicMap map, String expected) throws NoSuchAlgorithmException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * DynamicMap.CODES).order(ByteOrder.LITTLE_ENDIAN);
        for (float level : map.levels()) {
            bytes.putFloat(level);
        }
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.array());
        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(DynamicMap.class)
    void hasAscendingLevelsFromItsLeastToOne(DynamicMap map) {
        float[] levels = map.levels();
        assertThat(levels).hasSize(256).isSorted().doesNotHaveDuplicates();
        assertThat(levels[map.zero()]).isZero();
        assertThat(levels[255]).isEqualTo(1);
    }

    @Test
    void signedMapHasNoMinusOne() {
        assertThat(DynamicMap.SIGNED.levels()[0]).isGreaterThan(-1).isLessThan(-0.99f);
        assertThat(DynamicMap.SIGNED.zero()).isEqualTo(127);
    }
}
