package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.Example;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.config.CallField;
import org.jccl.config.ConfigField;
import org.jccl.ops.Operation;

/** What a configuration of one call may say, on the raw surface (rules CFG-25 to CFG-29). */
final class RawCallConfigRules extends RawSuite {
  private static final int MODE_OFFSET = 16;
  private static final int KEY_OFFSET = 24;
  private static final int ENCRYPTION_BYTES = 32;

  /** An {@code ncclCollConfig_t} as the initializer of the subject's version makes it. */
  private MemorySegment config(RawRank rank) {
    int version = capabilities().version();
    MemorySegment config = rank.allocate(CallField.structBytes(version));
    config.set(JAVA_LONG, ConfigField.SIZE_OFFSET, config.byteSize());
    config.set(JAVA_INT, ConfigField.MAGIC_OFFSET, ConfigField.MAGIC);
    config.set(JAVA_INT, ConfigField.VERSION_OFFSET, version);
    for (CallField field : CallField.values()) {
      config.set(JAVA_INT, field.offset(), ConfigField.UNDEFINED);
    }
    config.set(JAVA_INT, CallField.FORCED_OFFSET, 1);
    return config;
  }

  private MemorySegment config(RawRank rank, CallField field, int value) {
    MemorySegment config = config(rank);
    config.set(JAVA_INT, field.offset(), value);
    return config;
  }

  private MemorySegment selecting(RawRank rank, String names) {
    MemorySegment config = config(rank);
    MemorySegment text = rank.allocate(names.length() + 1L);
    text.setString(0, names);
    config.set(JAVA_LONG, CallField.SELECTION_OFFSET, text.address());
    return config;
  }

  /** Sums two numbers up with {@code config}, which must return {@code code}. */
  private static void sum(RawRank rank, MemorySegment config, int code, String what) {
    DeviceBuffer buffer = rank.memory(DataType.INT32, 5, rank.rank());
    long at = buffer.address();
    int result =
        rank.abi().allReduceConfig(at, at, 2, INT32, SUM, rank.comm(), rank.stream(), config);
    rank.check(result == code, what + " returned " + result + ", expected " + code);
    rank.synchronize();
    int n = rank.worldSize();
    boolean isDone = result == SUCCESS;
    rank.expect(what, buffer, isDone ? 5.0 * n : 5, isDone ? n * (n - 1) / 2.0 : rank.rank());
  }

  @Example
  public void required_CFG_25_everyCollectiveTakesOne(RawRank rank) {
    sum(rank, MemorySegment.NULL, SUCCESS, "a null configuration");
    sum(rank, config(rank), SUCCESS, "one that sets nothing");
    for (Operation operation : Operation.values()) {
      if (operation.configuredFunction() != null) {
        DeviceBuffer send = rank.memory(DataType.INT32, 7);
        DeviceBuffer recv = rank.memory(DataType.INT32, 0);
        int code =
            rank.abi()
                .issueConfigured(
                    operation,
                    send.address(),
                    recv.address(),
                    1,
                    INT32,
                    SUM,
                    0,
                    rank.comm(),
                    rank.stream(),
                    config(rank));
        String what = operation.configuredFunction().symbol();
        rank.check(code == SUCCESS, what + " returned " + code);
        rank.synchronize();
        rank.expect(what + " of one rank", recv, 7);
      }
    }
  }

  @Example
  public void required_CFG_26_whatIsRefusedAndWhatIsIgnored(RawRank rank) {
    MemorySegment unmarked = config(rank);
    unmarked.set(JAVA_INT, ConfigField.MAGIC_OFFSET, 0);
    sum(rank, unmarked, INVALID_ARGUMENT, "a struct without its mark");
    MemorySegment forced = config(rank);
    forced.set(JAVA_INT, CallField.FORCED_OFFSET, 2);
    sum(rank, forced, INVALID_ARGUMENT, "forceAlgSelection 2");
    for (int policy : new int[] {-1, 4}) {
      MemorySegment wrong = config(rank, CallField.CTA_POLICY, policy);
      sum(rank, wrong, INVALID_ARGUMENT, "CTAPolicy " + policy);
    }
    sum(rank, config(rank, CallField.CTA_POLICY, 3), SUCCESS, "both policies");
    for (int ctas : new int[] {0, -3, 65, 1, 64}) {
      sum(rank, config(rank, CallField.MAX_CTAS, ctas), SUCCESS, "maxCTAs " + ctas);
      sum(rank, config(rank, CallField.MIN_CTAS, ctas), SUCCESS, "minCTAs " + ctas);
      sum(rank, config(rank, CallField.NVLS_CTAS, ctas), SUCCESS, "nvlsCTAs " + ctas);
    }
    sum(rank, config(rank, CallField.CGA_CLUSTER_SIZE, 9), SUCCESS, "cgaClusterSize 9");
    MemorySegment apart = config(rank, CallField.MIN_CTAS, 8);
    apart.set(JAVA_INT, CallField.MAX_CTAS.offset(), 4);
    sum(rank, apart, SUCCESS, "8 to 4 thread blocks");
    rank.groupStart();
    int inGroup =
        rank.abi().allReduceConfig(0, 0, 1, INT32, SUM, rank.comm(), rank.stream(), unmarked);
    rank.check(inGroup == INVALID_ARGUMENT, "in a group it returned " + inGroup);
    rank.groupEnd(); // has not heard of it
  }

  @Example
  public void required_CFG_26_howMuchOfTheStructThereMustBe(RawRank rank) {
    MemorySegment small = config(rank, CallField.MAX_CTAS, 2);
    small.set(JAVA_LONG, ConfigField.SIZE_OFFSET, CallField.MAX_CTAS.offset() + 4L);
    int code = capabilities().version() < CallField.EVENT_SINCE ? INVALID_ARGUMENT : SUCCESS;
    sum(rank, small, code, "a struct that ends behind maxCTAs");
    MemorySegment large = rank.allocate(config(rank).byteSize() + 64);
    large.fill((byte) 0x55);
    large.asSlice(0, config(rank).byteSize()).copyFrom(config(rank));
    sum(rank, large, SUCCESS, "a struct larger than the library's");
  }

  @Example
  public void required_CFG_27_tagsMayDiffer(RawRank rank) {
    MemorySegment config = config(rank, CallField.MAX_CTAS, 2);
    config.set(JAVA_LONG, CallField.TAG_OFFSET, rank.rank() + 1L);
    sum(rank, config, SUCCESS, "tags that differ");
  }

  @Example
  public void required_CFG_28_namesInEveryForm(RawRank rank) {
    for (String names :
        new String[] {
          "ring", "RING_LL", " r i n g _simple ", "tree,ring", "^tree", "ring+^ring_ll", "ring,no"
        }) {
      int code = names.endsWith("no") ? INVALID_ARGUMENT : SUCCESS;
      sum(rank, selecting(rank, names), code, "'" + names + "'");
    }
    for (String names : new String[] {"^", "torus", "ring+tree", ",", "+", "ring,+", "PAT", " "}) {
      MemorySegment config = selecting(rank, names);
      sum(rank, config, INVALID_ARGUMENT, "'" + names + "'");
      config.set(JAVA_INT, CallField.FORCED_OFFSET, 0);
      sum(rank, config, SUCCESS, "'" + names + "', not forced");
    }
  }

  @Example
  public void required_CFG_28_operationsWithoutAlgorithms(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer send = rank.memory(DataType.INT32, new double[n]);
    DeviceBuffer recv = rank.memory(DataType.INT32, new double[n]);
    long s = send.address();
    long r = recv.address();
    MemorySegment ring = selecting(rank, "ring");
    long comm = rank.comm();
    int code = rank.abi().allToAllConfig(s, r, 1, INT32, comm, rank.stream(), ring);
    rank.check(code == INVALID_ARGUMENT, "an all-to-all by rings returned " + code);
    code = rank.abi().allToAllConfig(s, r, 0, INT32, comm, rank.stream(), ring);
    rank.check(code == SUCCESS, "one of count 0 returned " + code);
    ring.set(JAVA_INT, CallField.FORCED_OFFSET, 0);
    code = rank.abi().allToAllConfig(s, r, 1, INT32, comm, rank.stream(), ring);
    rank.check(code == SUCCESS, "an all-to-all by rings if possible returned " + code);
    rank.synchronize();
  }

  @Example
  public void required_CFG_28_whatThisMachineLacks(RawRank rank) {
    sum(rank, selecting(rank, "collnet"), INVALID_ARGUMENT, "a network that reduces");
    MemorySegment any = selecting(rank, "collnet");
    any.set(JAVA_INT, CallField.FORCED_OFFSET, 0);
    sum(rank, any, SUCCESS, "a network that reduces, if it is there");
    sum(rank, selecting(rank, "collnet,ring"), SUCCESS, "one of two that is there");
  }

  @Example
  public void required_UID_07_whatEncryptionChecks() {
    raw(1, this::checkEncryption);
  }

  private void checkEncryption(RawRank rank) {
    MemorySegment config = rank.allocate(ENCRYPTION_BYTES);
    config.set(JAVA_LONG, ConfigField.SIZE_OFFSET, ENCRYPTION_BYTES);
    rank.expect("no mark", INVALID_ARGUMENT, () -> rank.abi().setEncryption(config));
    config.set(JAVA_INT, ConfigField.MAGIC_OFFSET, ConfigField.MAGIC);
    config.set(JAVA_INT, ConfigField.VERSION_OFFSET, capabilities().version());
    config.set(JAVA_INT, MODE_OFFSET, 2);
    rank.expect("mode 2", INVALID_ARGUMENT, () -> rank.abi().setEncryption(config));
    config.set(JAVA_INT, MODE_OFFSET, 1);
    rank.expect("no key", INVALID_ARGUMENT, () -> rank.abi().setEncryption(config));
    for (int bytes : new int[] {31, 32}) {
      MemorySegment key = rank.allocate(bytes + 1L);
      key.setString(0, "k".repeat(bytes));
      config.set(JAVA_LONG, KEY_OFFSET, key.address());
      rank.expect(
          "a key of " + bytes + " bytes",
          bytes < 32 ? INVALID_ARGUMENT : SUCCESS,
          () -> rank.abi().setEncryption(config));
    }
    rank.expect("null", SUCCESS, () -> rank.abi().setEncryption(MemorySegment.NULL));
  }
}
