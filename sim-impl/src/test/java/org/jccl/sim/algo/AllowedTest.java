package org.jccl.sim.algo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Allowed}: rule ENV-06. */
class AllowedTest {
  private static Allowed of(String variable, String value) {
    return Allowed.parse(Map.of(variable, value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Tre",
        "ring,",
        "^",
        "ring;tree",
        "allreduce:ring;tree",
        "gather:ring",
        "ring;reduce:x",
        ":",
        ";ring",
        "allreduce:"
      })
  void malformedAsNcclSaysSo(String value) {
    boolean isMalformed = !"ring,".equals(value) && !"^".equals(value);
    if (isMalformed) {
      assertMalformed("NCCL_ALGO", value);
    } else {
      assertNotNull(Allowed.parse(Map.of("NCCL_ALGO", value)));
    }
  }

  private static void assertMalformed(String variable, String value) {
    CollectiveException refused =
        assertThrows(
            CollectiveException.class, () -> Allowed.parse(Map.of(variable, value)), value);
    assertEquals(ResultCode.INVALID_USAGE, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains(variable + "=" + value), value);
  }

  @Test
  void listsAndCarets() {
    Allowed allowed = of("NCCL_ALGO", "^Tree;AllReduce:NVLS,ring");
    assertTrue(allowed.allows(Operation.ALL_REDUCE, Algorithm.RING));
    assertTrue(allowed.allows(Operation.ALL_REDUCE, Algorithm.NVLS));
    assertFalse(allowed.allows(Operation.ALL_REDUCE, Algorithm.TREE));
    assertFalse(allowed.allows(Operation.ALL_REDUCE, Algorithm.PAT));
    assertTrue(allowed.allows(Operation.REDUCE_SCATTER, Algorithm.PAT));
    assertTrue(allowed.leaves(Operation.REDUCE));
  }

  @Test
  void nothingIsLeft() {
    assertFalse(of("NCCL_ALGO", "Tree").leaves(Operation.ALL_GATHER));
    assertTrue(of("NCCL_ALGO", "Tree").leaves(Operation.ALL_REDUCE));
    assertTrue(of("NCCL_ALGO", "Tree").leaves(Operation.SEND));
    Allowed both = Allowed.parse(Map.of("NCCL_ALGO", "NVLS", "NCCL_PROTO", "LL,LL128"));
    assertFalse(both.leaves(Operation.ALL_REDUCE), "NVLS has Simple alone");
  }

  @Test
  void protocolsThatAreListedNeedNoFavour() {
    assertFalse(Allowed.everything().listsProtocols(Operation.ALL_REDUCE));
    Allowed one = of("NCCL_PROTO", "reduce:^simple");
    assertTrue(one.listsProtocols(Operation.REDUCE));
    assertFalse(one.listsProtocols(Operation.ALL_REDUCE));
    assertTrue(one.allows(Operation.REDUCE, Protocol.LL128));
    assertFalse(one.allows(Operation.REDUCE, Protocol.SIMPLE));
    assertMalformed("NCCL_PROTO", "ring");
  }

  @Test
  void patGoesByHosts() {
    assertTrue(Allowed.everything().allowsPat(4, 4));
    assertFalse(Allowed.everything().allowsPat(4, 1));
    assertTrue(of("NCCL_PAT_ENABLE", "1").allowsPat(4, 1));
    assertFalse(of("NCCL_PAT_ENABLE", "0").allowsPat(4, 4));
    assertNotNull(Allowed.parse(Map.of("NCCL_PAT_ENABLE", "x")));
  }
}
