package org.jccl.nccl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.jccl.CallConfig;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorAbortedException;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.SignalWait;
import org.jccl.UniqueId;
import org.jccl.Window;
import org.jccl.nccl.ffi.FakeNccl;
import org.jccl.ops.NcclFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A library that hangs in each function in turn. Every call of jccl comes back within its limit and
 * names the function; the communicator can be closed afterwards. The same table is in
 * docs/nccl-on-gpus.md.
 */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT) // its tests wait and compute nothing
class CallsThatHangTest {
  private static final UniqueId ID = UniqueId.of(new byte[UniqueId.BYTES]);

  /** Of this test alone: ranks of one id hear of each other. */
  private final UniqueId own =
      UniqueId.of(Arrays.copyOf(UUID.randomUUID().toString().getBytes(UTF_8), UniqueId.BYTES));

  /** What bounds a call. */
  private enum Limit {
    INIT,
    OPERATION,
    CLOSE,
    /** Fixed: what NCCL answers without waiting. */
    ANSWER
  }

  /** What a program does on a communicator that is open, and after {@code hang}. */
  private interface Use {
    void on(Communicator comm, Runnable hang);
  }

  private record Row(NcclFunction function, Limit limit, boolean isOnlyLogged, Use use) {
    @Override
    public String toString() {
      return function.symbol() + ", " + limit;
    }
  }

  private static Row row(NcclFunction function, Limit limit, Use use) {
    return new Row(function, limit, false, use);
  }

  private static Row logged(NcclFunction function, Use use) {
    return new Row(function, Limit.CLOSE, true, use);
  }

  private static DeviceBuffer floats(Communicator comm) {
    return comm.device().allocate(DataType.FLOAT32, 4);
  }

  private static Row simple(NcclFunction function, Limit limit, Consumer<Communicator> use) {
    return row(
        function,
        limit,
        (comm, hang) -> {
          hang.run();
          use.accept(comm);
        });
  }

  static Stream<Row> rows() {
    List<Row> rows = new ArrayList<>();
    // ---- what sets something up
    rows.add(
        simple(
            NcclFunction.GET_UNIQUE_ID,
            Limit.INIT,
            c -> c.device().backend().openAll(List.of(c.device()), c.config())));
    rows.add(
        simple(
            NcclFunction.COMM_INIT_RANK_CONFIG,
            Limit.INIT,
            c -> c.device().backend().newCommunicator(ID, 0, 1, c.device(), c.config())));
    rows.add(
        simple(
            NcclFunction.COMM_INIT_RANK_SCALABLE,
            Limit.INIT,
            c ->
                c.device()
                    .backend()
                    .newCommunicator(List.of(ID, ID), 0, 2, c.device(), c.config())));
    rows.add(simple(NcclFunction.COMM_SPLIT, Limit.INIT, c -> c.split(1, 0)));
    rows.add(simple(NcclFunction.COMM_SPLIT, Limit.INIT, Communicator::splitNoColor));
    rows.add(simple(NcclFunction.COMM_SHRINK, Limit.INIT, c -> c.shrink(Set.of(1))));
    rows.add(simple(NcclFunction.COMM_GROW, Limit.INIT, c -> c.grow(3)));
    rows.add(simple(NcclFunction.COMM_GET_UNIQUE_ID, Limit.INIT, Communicator::newUniqueId));
    rows.add(simple(NcclFunction.COMM_REGISTER, Limit.INIT, c -> c.register(floats(c))));
    rows.add(
        simple(NcclFunction.COMM_WINDOW_REGISTER, Limit.INIT, c -> c.registerWindow(floats(c))));
    rows.add(
        simple(
            NcclFunction.RED_OP_CREATE_PRE_MUL_SUM,
            Limit.INIT,
            c -> c.preMulSum(DataType.FLOAT32, 2)));
    rows.add(simple(NcclFunction.COMM_SUSPEND, Limit.INIT, Communicator::suspend));
    rows.add(
        row(
            NcclFunction.COMM_RESUME,
            Limit.INIT,
            (c, hang) -> {
              c.suspend();
              hang.run();
              c.resume();
            }));
    // ---- operations
    DeviceCall all = (c, b) -> c.allReduce(b, b, ReduceOp.SUM);
    rows.add(operation(NcclFunction.ALL_REDUCE, all));
    rows.add(operation(NcclFunction.GROUP_START, (c, b) -> grouped(c, g -> all.on(g, b))));
    rows.add(operation(NcclFunction.ALL_REDUCE, (c, b) -> grouped(c, g -> all.on(g, b))));
    rows.add(operation(NcclFunction.GROUP_END, (c, b) -> grouped(c, g -> all.on(g, b))));
    rows.add(operation(NcclFunction.SEND, (c, b) -> c.send(b, 1, c.defaultStream())));
    rows.add(operation(NcclFunction.RECV, (c, b) -> c.recv(b, 1, c.defaultStream())));
    rows.add(operation(NcclFunction.RECV, (c, b) -> c.sendRecv(b, 1, b, 1)));
    for (Call each : CALLS) {
      rows.add(operation(each.plain, each.made));
      rows.add(operation(each.plain, (c, b) -> grouped(c, group -> each.made.on(group, b))));
      rows.add(operation(each.withConfig, (c, b) -> each.made.on(c.configured(SOME), b)));
    }
    rows.add(
        operation(
            NcclFunction.PUT_SIGNAL,
            (c, b) -> {
              Communicator comm = (Communicator) c;
              comm.putSignal(b, 1, comm.registerWindow(floats(comm)), 0, comm.defaultStream());
            }));
    rows.add(
        operation(NcclFunction.SIGNAL, (c, b) -> ((Communicator) c).signal(1, c.defaultStream())));
    rows.add(
        operation(
            NcclFunction.WAIT_SIGNAL,
            (c, b) ->
                ((Communicator) c).waitSignal(List.of(new SignalWait(1, 1)), c.defaultStream())));
    // ---- questions
    rows.add(
        simple(
            NcclFunction.COMM_GET_ASYNC_ERROR,
            Limit.ANSWER,
            c -> {
              assertThat(c.state()).isEqualTo(State.FAILED);
              floats(c);
              c.allReduce(floats(c), ReduceOp.SUM);
            }));
    rows.add(simple(NcclFunction.COMM_MEM_STATS, Limit.ANSWER, Communicator::memoryStatistics));
    rows.add(
        row(
            NcclFunction.WIN_GET_USER_PTR,
            Limit.ANSWER,
            (c, hang) -> {
              Window window = c.registerWindow(floats(c));
              hang.run();
              window.pointer();
            }));
    rows.add(
        row(
            NcclFunction.COMM_USER_RANK,
            Limit.ANSWER,
            (c, hang) -> {
              hang.run();
              c.split(1, 0);
            }));
    rows.add(
        row(
            NcclFunction.COMM_COUNT,
            Limit.ANSWER,
            (c, hang) -> {
              hang.run();
              c.split(1, 0);
            }));
    rows.add(
        simple(
            NcclFunction.GET_ERROR_STRING,
            Limit.ANSWER,
            c -> LibrarySelfTest.require((NcclBackend) c.device().backend())));
    rows.add(
        simple(
            NcclFunction.GROUP_SIMULATE_END,
            Limit.INIT,
            c -> {
              DeviceBuffer buffer = floats(c);
              c.device().backend().simulate(g -> g.on(c).allReduce(buffer, ReduceOp.SUM));
            }));
    // ---- what ends something
    rows.add(
        row(
            NcclFunction.MEM_FREE,
            Limit.CLOSE,
            (c, hang) -> {
              DeviceBuffer made = c.device().allocateRegistrable(DataType.FLOAT32, 4);
              hang.run();
              made.close();
            }));
    rows.add(simple(NcclFunction.COMM_FINALIZE, Limit.CLOSE, Communicator::finalizeCommunicator));
    rows.add(simple(NcclFunction.COMM_REVOKE, Limit.CLOSE, Communicator::revoke));
    rows.add(
        row(
            NcclFunction.COMM_DEREGISTER,
            Limit.CLOSE,
            (c, hang) -> {
              Registration made = c.register(floats(c));
              hang.run();
              made.close();
            }));
    rows.add(
        row(
            NcclFunction.COMM_WINDOW_DEREGISTER,
            Limit.CLOSE,
            (c, hang) -> {
              Window made = c.registerWindow(floats(c));
              hang.run();
              made.close();
            }));
    rows.add(
        row(
            NcclFunction.RED_OP_DESTROY,
            Limit.CLOSE,
            (c, hang) -> {
              PreMulSum made = c.preMulSum(DataType.FLOAT32, 2);
              hang.run();
              made.close();
            }));
    rows.add(logged(NcclFunction.COMM_DESTROY, closes()));
    rows.add(
        logged(
            NcclFunction.COMM_ABORT,
            (c, hang) -> {
              hang.run();
              c.abort();
            }));
    return rows.stream();
  }

  private interface DeviceCall {
    void on(Collectives comm, DeviceBuffer buffer);
  }

  /** A configuration that one call has. */
  private static final CallConfig SOME = CallConfig.builder().ctas(1, 1).build();

  /** A collective, without and with a configuration of its own. */
  private record Call(NcclFunction plain, NcclFunction withConfig, DeviceCall made) {}

  private static final List<Call> CALLS =
      List.of(
          new Call(
              NcclFunction.ALL_REDUCE,
              NcclFunction.ALL_REDUCE_CONFIG,
              (c, b) -> c.allReduce(b, ReduceOp.SUM)),
          new Call(
              NcclFunction.BROADCAST, NcclFunction.BROADCAST_CONFIG, (c, b) -> c.broadcast(b, 0)),
          new Call(
              NcclFunction.REDUCE,
              NcclFunction.REDUCE_CONFIG,
              (c, b) -> c.reduce(b, b, ReduceOp.SUM, 0)),
          new Call(
              NcclFunction.ALL_GATHER,
              NcclFunction.ALL_GATHER_CONFIG,
              (c, b) -> c.allGather(b.slice(0, 2), b)),
          new Call(
              NcclFunction.REDUCE_SCATTER,
              NcclFunction.REDUCE_SCATTER_CONFIG,
              (c, b) -> c.reduceScatter(b, b.slice(0, 2), ReduceOp.SUM)),
          new Call(
              NcclFunction.ALL_TO_ALL,
              NcclFunction.ALL_TO_ALL_CONFIG,
              (c, b) -> c.allToAll(b.slice(0, 2), b.slice(2, 2))),
          new Call(
              NcclFunction.GATHER,
              NcclFunction.GATHER_CONFIG,
              (c, b) -> c.gather(b.slice(0, 2), b, 0)),
          new Call(
              NcclFunction.SCATTER,
              NcclFunction.SCATTER_CONFIG,
              (c, b) -> c.scatter(b, b.slice(0, 2), 0)));

  private static Row operation(NcclFunction function, DeviceCall call) {
    return simple(function, Limit.OPERATION, c -> call.on(c, floats(c)));
  }

  private static void grouped(Collectives comm, Consumer<Collectives> body) {
    ((Communicator) comm).group(body);
  }

  private static Use closes() {
    return (c, hang) -> {
      hang.run();
      c.close();
    };
  }

  private final CountDownLatch never = new CountDownLatch(1);
  private final FakeNccl fake =
      new FakeNccl(23203)
          .on("ncclCommSplit", call -> FakeNccl.setLong(call[3], 0xD0))
          .on("ncclCommWindowRegister", call -> FakeNccl.setLong(call[3], 0xE0));
  private final NcclBackend backend =
      NcclBackend.over(fake.library(), owner -> FakeDevices.of(owner, 2));
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger("org.jccl");
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          log.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  /** What hangs comes back at last, so that no thread stays. */
  @AfterEach
  void release() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
    never.countDown();
  }

  private void hangs(NcclFunction function) {
    hangs(fake, function);
  }

  private void hangs(FakeNccl library, NcclFunction function) {
    library.on(
        function.symbol(),
        call -> {
          boolean released = false;
          while (!released) {
            try {
              never.await();
              released = true;
            } catch (InterruptedException goesOn) {
              // No interrupt takes a native call back.
            }
          }
          return 0;
        });
  }

  private static CommunicatorConfig.Builder config() {
    return CommunicatorConfig.builder()
        .initTimeout(Duration.ofMillis(250))
        .closeTimeout(Duration.ofMillis(250));
  }

  private Communicator open(CommunicatorConfig config) {
    return backend.newCommunicator(own, 0, 2, backend.devices().getFirst(), config);
  }

  /** From 2.31.2 on a close does not finalize (VER-13). */
  @Test
  void aCloseComesBack_whereItStillFinalizes() {
    FakeNccl older = new FakeNccl(23007);
    NcclBackend over = NcclBackend.over(older.library(), owner -> FakeDevices.of(owner, 2));
    Communicator comm =
        over.newCommunicator(own, 0, 2, over.devices().getFirst(), config().build());
    hangs(older, NcclFunction.COMM_FINALIZE);

    comm.close();

    assertThat(log)
        .anySatisfy(
            line -> assertThat(line).contains(NcclFunction.COMM_FINALIZE.symbol(), comm.name()));
    assertThat(comm.state()).isEqualTo(State.CLOSED);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyCallComesBack_andNamesTheFunction(Row row) {
    CommunicatorConfig.Builder config = config();
    if (row.limit == Limit.OPERATION) {
      config.operationTimeout(Duration.ofMillis(250));
    }
    Communicator comm = open(config.build());

    Throwable thrown = catchThrowable(() -> row.use.on(comm, () -> hangs(row.function)));

    if (row.isOnlyLogged) {
      assertThat(thrown).isNull();
      assertThat(log)
          .anySatisfy(line -> assertThat(line).contains(row.function.symbol(), comm.name()));
    } else {
      assertThat(thrown).hasMessageContaining(row.function.symbol());
    }
    comm.abort();
    comm.close();
    assertThat(comm.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void virtualThreadsCallsComeBackToo() throws InterruptedException {
    Communicator comm = open(config().operationTimeout(Duration.ofMillis(250)).build());
    hangs(NcclFunction.ALL_REDUCE);
    List<Throwable> thrown = new CopyOnWriteArrayList<>();

    Thread.ofVirtual()
        .start(() -> thrown.add(catchThrowable(() -> comm.allReduce(floats(comm), ReduceOp.SUM))))
        .join();

    assertThat(thrown.getFirst()).hasMessageContaining("ncclAllReduce");
    comm.close();
  }

  @Test
  void theTextOfAnErrorThatNeverComes_isReplaced() {
    Communicator comm = open(config().build());
    fake.on("ncclAllReduce", call -> 5);
    hangs(NcclFunction.GET_LAST_ERROR);

    assertThat(catchThrowable(() -> comm.allReduce(floats(comm), ReduceOp.SUM)))
        .hasMessageContaining("INVALID_USAGE");
    comm.close();
  }

  @Test
  void stuckRank_doesNotKeepAnotherRanksExceptionBack() {
    hangs(NcclFunction.ALL_REDUCE);

    assertThat(
            catchThrowable(
                () ->
                    Ranks.run(
                        backend,
                        2,
                        config().warmUp(false).build(),
                        List.of(),
                        rank -> {
                          if (rank.rank() == 1) {
                            throw new IllegalStateException("rank 1's own words");
                          }
                          rank.communicator().allReduce(floats(rank.communicator()), ReduceOp.SUM);
                        })))
        .isInstanceOf(RanksFailedException.class)
        .hasMessageContaining("rank 1's own words");
  }

  @Test
  void firstAllReduceThatHangs_isBoundedByInitTimeout() {
    hangs(NcclFunction.ALL_REDUCE);

    assertThat(
            catchThrowable(
                () -> Communicator.join(ID, 0, 1, backend.devices().getFirst(), config().build())))
        .hasMessageContaining("ncclAllReduce");
  }

  @Test
  void callOfABlockingView_isBounded_andSoIsItsWork() {
    Communicator comm = open(config().build());
    Collectives quick = comm.blocking(Duration.ofMillis(250));
    FakeDevices.FakeStream stream = (FakeDevices.FakeStream) comm.defaultStream();
    stream.busy = true;

    assertThat(catchThrowable(() -> quick.allReduce(floats(comm), ReduceOp.SUM)))
        .isInstanceOf(CollectiveTimeoutException.class)
        .hasMessageContaining("its work has not ended in 0.25 s");
    assertThat(comm.state()).isEqualTo(State.READY);

    stream.busy = false;
    hangs(NcclFunction.GROUP_END);
    DeviceBuffer buffer = floats(comm);
    assertThat(catchThrowable(() -> quick.sendRecv(buffer, 1, buffer, 1)))
        .isInstanceOf(CommunicatorAbortedException.class)
        .hasMessageContaining("ncclGroupEnd");
    comm.close();
  }

  /** What has no row, and why. */
  private static final Set<NcclFunction> ELSEWHERE =
      EnumSet.of(
          // In a process of its own first: HostileLibrariesTest.
          NcclFunction.GET_VERSION,
          // Below, and its limit is the one of questions.
          NcclFunction.GET_LAST_ERROR,
          // Calls of the raw surface alone, which waits as long as the library does.
          NcclFunction.COMM_INIT_RANK,
          NcclFunction.COMM_INIT_ALL,
          NcclFunction.COMM_CU_DEVICE,
          NcclFunction.BCAST,
          NcclFunction.SET_ENCRYPTION,
          // As ncclMemFree's, with the default limit of two minutes.
          NcclFunction.MEM_ALLOC);

  @Test
  void everyFunction_hasARowOrAReason() {
    Set<NcclFunction> without = EnumSet.allOf(NcclFunction.class);
    rows().forEach(row -> without.remove(row.function));
    without.removeAll(ELSEWHERE);
    without.removeIf(function -> function.symbol().startsWith("ncclParam")); // raw alone

    assertThat(without).isEmpty();
  }
}
