package org.jccl.conformance.rules;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.conformance.harness.WorldRank;

/** Scaled sums by their handles, on the raw surface (rules PMS-01 to PMS-13). */
final class RawPreMulSumRules extends RawSuite {
  private static final int DEVICE = 0;
  private static final int HOST = 1;
  private static final int ABOVE_16_KIB = 8197;

  private static int create(RawRank rank, long scalar, int type, int residence) {
    rank.succeeds(
        "ncclRedOpCreatePreMulSum",
        () -> rank.abi().redOpCreatePreMulSum(rank.slot(), scalar, type, residence, rank.comm()));
    int op = rank.slotInt();
    rank.check(op >= 5, "the operation's handle is " + op + " (PMS-06)");
    return op;
  }

  private static int createFloat(RawRank rank, float scalar) {
    MemorySegment host = rank.allocate(8);
    host.set(JAVA_FLOAT, 0, scalar);
    return create(rank, host.address(), FLOAT32, HOST);
  }

  private static void scaledSum(RawRank rank, DeviceBuffer buffer, int op) {
    rank.succeeds("ncclAllReduce", () -> scale(rank, buffer, op, buffer.count()));
  }

  private static int scale(RawRank rank, DeviceBuffer buffer, int op, long count) {
    long b = buffer.address();
    int type = buffer.type().code();
    return rank.abi().allReduce(b, b, count, type, op, rank.comm(), rank.stream());
  }

  private static void destroy(RawRank rank, int op) {
    rank.succeeds("ncclRedOpDestroy", () -> rank.abi().redOpDestroy(op, rank.comm()));
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_03_anyResidenceButHostIsDevice(RawRank rank) {
    int n = rank.worldSize();
    for (int residence : new int[] {DEVICE, 2, -1}) {
      DeviceBuffer scalar = rank.memory(DataType.FLOAT32, 100);
      DeviceBuffer three = rank.memory(DataType.FLOAT32, 3);
      DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1, 2);
      int op = create(rank, scalar.address(), FLOAT32, residence);
      scalar.copyFrom(three, rank.typedStream()); // after creation, before the operation
      scaledSum(rank, buffer, op);
      rank.synchronize();
      rank.expect("the sum, residence " + residence, buffer, 3.0 * n, 6.0 * n);
      destroy(rank, op);
    }
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_06_handlesAreUsedAgain(RawRank rank) {
    int n = rank.worldSize();
    int first = createFloat(rank, 2);
    destroy(rank, first);
    int second = createFloat(rank, 3);
    int third = createFloat(rank, 5);
    rank.check(second != third, "two live operations are both " + third);
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1);
    scaledSum(rank, buffer, second);
    scaledSum(rank, buffer, third);
    rank.synchronize();
    rank.expect("a sum scaled by 3, then by 5", buffer, 15.0 * n * n);
    destroy(rank, second);
    destroy(rank, third);
  }

  @Example
  @AlsoShows("GRP-08")
  public void required_PMS_07_createdUsedAndDestroyedInOneGroup(RawRank rank) {
    int n = rank.worldSize();
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 2);
    rank.group(
        () -> {
          int op = createFloat(rank, 3);
          scaledSum(rank, buffer, op);
          destroy(rank, op);
          rank.succeeds(
              "ncclAllReduce after that",
              () -> scale(rank, buffer, SUM, 0)); // nothing else is poisoned
        });
    rank.synchronize();
    rank.expect("the sum scaled by 3", buffer, 6.0 * n);
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_09_aWrongTypeInDeviceMemoryFailsLater(RawRank rank) {
    DeviceBuffer scalar = rank.memory(DataType.FLOAT32, 1, 1);
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1);
    int op = create(rank, scalar.address(), 12, DEVICE);
    rank.refuses("its use", () -> scale(rank, buffer, op, 1));
    rank.succeeds("its use on nothing", () -> scale(rank, buffer, op, 0));
    destroy(rank, op);
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_10_aScalarMustBeGiven(WorldRank rank) {
    Communicator comm = rank.communicator();
    rank.expectThrown("no scalar", RuntimeException.class, () -> comm.preMulSum(absent()));
    DeviceBuffer two = rank.memory(DataType.FLOAT32, 1, 2);
    DeviceBuffer one = rank.memory(DataType.FLOAT32, 1);
    rank.illegalArgument("two scalars", () -> comm.preMulSum(two));
    PreMulSum fine = rank.own(comm.preMulSum(one));
    rank.check(fine.type() == DataType.FLOAT32, "type " + fine.type());
  }

  @SuppressWarnings("NullAway") // The point is what happens to callers without null checks.
  private static DeviceBuffer absent() {
    return null;
  }

  @Example
  @Needs(upTo = 2)
  public void required_PMS_11_theyEndWithTheirCommunicator(RawRank rank) {
    int n = rank.worldSize();
    RawRank other = rank.own(new RawRank(rank.world()));
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, 1);
    createFloat(other, 7);
    int used = createFloat(other, 2);
    scaledSum(other, buffer, used);
    other.synchronize();
    rank.expect(
        "the scaled sum",
        buffer,
        2.0 * n); // destroyed with both alive: ncclCommDestroy must succeed
  }

  @Example
  @Needs(since = "2.29.7")
  public void required_PMS_12_noTailIsDropped(RawRank rank) {
    double[] ones = new double[ABOVE_16_KIB];
    double[] threes = new double[ABOVE_16_KIB];
    Arrays.fill(ones, 1);
    Arrays.fill(threes, 3);
    DeviceBuffer buffer = rank.memory(DataType.FLOAT32, ones);
    int op = createFloat(rank, 3);
    scaledSum(rank, buffer, op);
    scaledSum(rank, buffer, AVG);
    rank.synchronize();
    rank.expect("one rank's scaled elements", buffer, threes);
    destroy(rank, op);
  }

  @Example
  public void required_PMS_13_alignedScalarsOfEveryType() {
    for (int n : new int[] {1, atMost(2)}) {
      for (DataType type : DataType.values()) {
        if (!type.isFloat8()) { // RED-12
          raw(n, rank -> scaleBy(rank, type));
        }
      }
    }
  }

  private static void scaleBy(RawRank rank, DataType type) {
    DeviceBuffer scalar = rank.memory(DataType.INT64, 0);
    DeviceBuffer buffer = rank.memory(type, 1, 2, 3);
    rank.check(scalar.address() % 8 == 0, "memory at " + scalar.address());
    DeviceBuffer five = rank.memory(type, 5);
    scalar.as(type).slice(0, 1).copyFrom(five, rank.typedStream());
    rank.synchronize();
    int op = create(rank, scalar.address(), type.code(), DEVICE);
    scaledSum(rank, buffer, op);
    rank.synchronize();
    double n = rank.worldSize();
    rank.expect("a scaled sum of " + type, buffer, 5 * n, 10 * n, 15 * n);
    destroy(rank, op);
  }
}
