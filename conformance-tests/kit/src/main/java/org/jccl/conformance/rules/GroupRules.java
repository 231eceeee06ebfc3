package org.jccl.conformance.rules;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.conformance.cases.Program;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.harness.WorldRank;

/** What a group of calls is (chapter 4 of the rule book). */
final class GroupRules extends Suite {
  @Property
  public void required_GRP_20_membersOfAGroupAreIndependent(@ForAll("groups") Program program) {
    verify(program);
  }

  @Property
  public void required_GRP_03_theOutermostEndIssues(@ForAll("groups") Program program) {
    List<ProgramStep> nested =
        program.steps().stream()
            .<ProgramStep>map(step -> new ProgramStep.Group(List.copyOf(step.acts()), true))
            .toList();
    verify(Program.typed(program.ranks(), nested));
  }

  @Provide
  Arbitrary<Program> groups() {
    return arbitraries().groups();
  }

  @Property
  public void required_GRP_21_programsOfCallsAndGroups(@ForAll("programs") Program program) {
    verify(program);
  }

  @Provide
  Arbitrary<Program> programs() {
    return arbitraries().programs(4);
  }

  @Example
  public void required_GRP_11_aFailingCallSpoilsTheGroup(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.illegalState(
        "a group in which a call was refused",
        () -> comm.group(group -> oneGoodOneBad(group, buffer, n)),
        "GRP-11");
    comm.defaultStream().synchronize();
    rank.expect("the buffer of the spoilt group", buffer, 1);
    comm.allReduce(buffer, ReduceOp.SUM);
    comm.defaultStream().synchronize();
    rank.expect("the buffer of the next call", buffer, n);
  }

  private static void oneGoodOneBad(Collectives group, DeviceBuffer buffer, int n) {
    group.allReduce(buffer, ReduceOp.SUM);
    try {
      group.broadcast(buffer, n);
    } catch (IllegalArgumentException refused) {
      return; // a caller that swallows it must not get half a group
    }
    throw new AssertionError("root " + n + " was not refused");
  }

  @Example
  public void required_GRP_11_aBodyThatThrowsIssuesNothing(WorldRank rank) {
    Communicator comm = rank.communicator();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.expectThrown(
        "a group whose body throws",
        ArithmeticException.class,
        () ->
            comm.group(
                group -> {
                  group.allReduce(buffer, ReduceOp.SUM);
                  throw new ArithmeticException("the body's own");
                }),
        "the body's own");
    comm.defaultStream().synchronize();
    rank.expect("the buffer of the group that was not issued", buffer, 1);
  }

  @Example
  public void required_GRP_04_theViewEndsWithTheBody(WorldRank rank) {
    Communicator comm = rank.communicator();
    Collectives[] kept = new Collectives[1];
    comm.group(group -> kept[0] = group);
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    rank.illegalState(
        "a call on a group that has ended", () -> kept[0].allReduce(buffer, ReduceOp.SUM), "group");
  }

  @Example
  @Needs(upTo = 3)
  public void required_GRP_17_emptyGroupsNeedNobody(WorldRank rank) {
    Communicator comm = rank.communicator();
    comm.group(group -> {});
    DeviceBuffer empty = rank.own(rank.device().allocate(DataType.FLOAT32, 0));
    comm.group(group -> group.allReduce(empty, ReduceOp.SUM));
    comm.group(
        group -> {
          group.allGather(empty, empty);
          group.reduce(empty, empty, ReduceOp.MAX, 0);
        });
    comm.defaultStream().synchronize();
  }

  @Example
  @Needs(upTo = 3)
  public void required_GRP_18_severalCommunicatorsShareAGroup(WorldRank rank) {
    int n = rank.worldSize();
    Communicator one = rank.communicator();
    Communicator two = rank.own(rank.open("second"));
    DeviceBuffer a = rank.memory(DataType.INT32, 1);
    DeviceBuffer b = rank.memory(DataType.INT32, 2);
    rank.instance()
        .backend()
        .group(
            group -> {
              group.on(two).allReduce(b, ReduceOp.SUM);
              group.on(one).allReduce(a, ReduceOp.SUM);
            });
    one.defaultStream().synchronize();
    two.defaultStream().synchronize();
    rank.expect("the first communicator's sum", a, n);
    rank.expect("the second communicator's sum", b, 2.0 * n);
  }

  @Example
  public void required_GRP_25_theGroupReturnsAndTheStreamCompletes(WorldRank rank)
      throws Exception {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    DeviceBuffer a = rank.memory(DataType.INT32, 1);
    DeviceBuffer b = rank.memory(DataType.INT32, 5);
    comm.group(
        group -> {
          group.allReduce(a, ReduceOp.SUM);
          group.allReduce(b, ReduceOp.MAX);
        });
    comm.defaultStream().completion().get();
    rank.expect("the sum", a, n);
    rank.expect("the maximum", b, 5);
  }
}
