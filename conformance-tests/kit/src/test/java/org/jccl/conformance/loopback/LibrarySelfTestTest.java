package org.jccl.conformance.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jccl.nccl.LibrarySelfTest;
import org.jccl.spi.NcclAbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The self-test of a library: a good one passes, one that lies is found out. */
@Timeout(120)
class LibrarySelfTestTest {
  private static final int TYPE = 3;
  private static final int OPERATION = 4;

  /** Changes the arguments of one function; null: it does nothing and succeeds. */
  private interface Lie {
    Object[] about(Object[] arguments);
  }

  private static UnaryOperator<NcclAbi> lying(String function, Lie lie) {
    return target ->
        Between.proxy(
            (proxy, method, arguments) -> {
              Object[] given = arguments;
              if (method.getName().equals(function)) {
                given = lie.about(arguments.clone());
                if (given == null) {
                  return 0;
                }
              }
              return Between.made(target, method, given);
            });
  }

  private static List<String> foundWith(UnaryOperator<NcclAbi> between) {
    try (Loopback loopback = Loopback.open(1, Loopback.VERSION, between)) {
      return LibrarySelfTest.of(loopback.backend());
    }
  }

  private static Object[] with(Object[] arguments, int index, Object value) {
    arguments[index] = value;
    return arguments;
  }

  @Test
  void goodLibrary_passes() {
    assertThat(foundWith(UnaryOperator.identity())).isEmpty();
    try (Loopback loopback = Loopback.open(1)) {
      LibrarySelfTest.Outcome again = LibrarySelfTest.run(loopback.backend());
      assertThat(again.parts().keySet())
          .containsExactly("structs", "device", "communicator", "72 operations", "end of it");
    }
    try (Loopback loopback = Loopback.open(1)) {
      LibrarySelfTest.require(loopback.backend());
    }
  }

  @Test
  void numbersOfTypesThatAreShifted_areFoundOut() {
    int codes = 12;
    assertThat(foundWith(lying("allReduce", a -> with(a, TYPE, ((int) a[TYPE] + 1) % codes))))
        .anySatisfy(line -> assertThat(line).contains("all_reduce of INT8"))
        .anySatisfy(line -> assertThat(line).contains("all_reduce of FLOAT16"));
  }

  @Test
  void factorThatIsForgotten_isFoundOut() {
    assertThat(
            foundWith(
                lying(
                    "allReduce",
                    a -> with(a, OPERATION, (int) a[OPERATION] > 4 ? 0 : a[OPERATION]))))
        .hasSize(12)
        .allSatisfy(line -> assertThat(line).contains("by a factor"));
  }

  @Test
  void callThatDoesNothing_isFoundOut() {
    assertThat(foundWith(lying("allReduce", a -> null))).hasSizeGreaterThan(60);
    assertThat(foundWith(lying("getUniqueId", a -> null)))
        .anySatisfy(line -> assertThat(line).contains("ncclGetUniqueId writes nothing"));
    assertThat(foundWith(lying("commCount", a -> null)))
        .anySatisfy(line -> assertThat(line).contains("ncclCommCount"));
  }
}
