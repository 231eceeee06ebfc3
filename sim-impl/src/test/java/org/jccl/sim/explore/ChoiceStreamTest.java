package org.jccl.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChoiceStreamTest {
  @Test
  void text_hasRepetitionsTogether_andNoTrailingZeros() {
    ChoiceStream stream = ChoiceStream.of(1, 0, 0, 0, 0, 2, 2, 0, 3, 3, 3, 0, 0);

    assertThat(stream).hasToString("1.0x4.2.2.0.3x3");
    assertThat(ChoiceStream.parse(stream.toString())).isEqualTo(stream);
    assertThat(stream.departures()).isEqualTo(6);
    assertThat(stream.at(100)).isZero();
  }

  @Test
  void nothingButZeros_isFifo() {
    assertThat(ChoiceStream.of(0, 0)).hasToString("fifo").isEqualTo(ChoiceStream.parse(" fifo "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1..2", "-1", "1x0", "0x", "x", "1.a", "1x2000000", "99999999999"})
  void otherText_isRefused(String text) {
    assertThatThrownBy(() -> ChoiceStream.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected as a failure tells them");
  }
}
