package org.jccl.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.text.MessageFormat;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jccl.CallForecast;
import org.jccl.CallListener;
import org.jccl.CallMemory;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.IssuedCall;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Registration;
import org.jccl.Window;
import org.jccl.WindowFlag;
import org.jccl.config.ConfigField;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.junit.jupiter.api.Test;

/** Which way calls of tuned communicators take, and that it can be seen. */
class CallForecastTest {
  private static final TuningChoice WINDOWS =
      new TuningChoice(
          16,
          true,
          "a test",
          List.of(
              new TuningChoice.Time("all_reduce", 32, 9, 6, 2),
              new TuningChoice.Time("all_reduce", 96, 9, 8, 4),
              new TuningChoice.Time("broadcast", 32, 7, 5, 3)));

  private static final TuningChoice BLOCKS =
      new TuningChoice(
          16, false, "a test", List.of(new TuningChoice.Time("all_reduce", 32, 9, 6, 2)));

  private static void run(int ranks, CommunicatorConfig config, RankProgram program) {
    try (Simulator simulator = Simulator.builder().devices(ranks).build()) {
      Ranks.run(simulator.backend(), ranks, config, List.of(), program);
    }
  }

  private static CommunicatorConfig.Builder tuned(TuningChoice choice) {
    return CommunicatorConfig.builder().tuning(Tuning.of(choice));
  }

  private static CallForecast only(List<CallForecast> forecasts) {
    assertThat(forecasts).hasSize(1);
    return forecasts.getFirst();
  }

  @Test
  void inWindows_itHasTheTimesThatWereMeasured_andNothingIsIssued() {
    run(
        3,
        tuned(WINDOWS).build(),
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer own = comm.allocate(DataType.FLOAT32, 16)) {
            own.copyFrom(1f, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
            CallForecast whole = only(comm.plan(calls -> calls.allReduce(own, ReduceOp.SUM)));
            assertThat(whole.operation()).isEqualTo("all_reduce");
            assertThat(whole.bytes()).isEqualTo(64);
            assertThat(whole.memory()).isEqualTo(CallMemory.WINDOWS);
            assertThat(whole.ctas()).isEqualTo(16);
            assertThat(whole.micros()).hasValue(7);
            assertThat(whole.preparedMicros()).hasValue(3);
            assertThat(whole.why()).contains("symmetric kernels").contains("a test");
            assertThat(whole)
                .hasToString(
                    "all_reduce of 64 bytes: windows, 16 thread blocks, 7.00 us, prepared 3.00 us ("
                        + whole.why()
                        + ")");
            try (DeviceBuffer part = own.slice(3, 8)) {
              assertThat(only(comm.plan(calls -> calls.allReduce(part, ReduceOp.SUM))).memory())
                  .isEqualTo(CallMemory.WINDOWS);
            }
            float[] kept = new float[16];
            own.copyTo(kept);
            assertThat(kept).containsOnly(1);
          }
        });
  }

  @Test
  void aMissedWindow_isNamed_withoutATime() {
    run(
        2,
        tuned(WINDOWS).build(),
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer own = comm.allocate(DataType.FLOAT32, 8);
              DeviceBuffer other = rank.device().allocate(DataType.FLOAT32, 8)) {
            CallForecast missed =
                only(comm.plan(calls -> calls.allReduce(own, other, ReduceOp.SUM)));
            assertThat(missed.memory()).isEqualTo(CallMemory.PLAIN);
            assertThat(missed.why())
                .contains("the receive buffer lies in none")
                .contains("6.00 us")
                .contains("comm.allocate");
            assertThat(missed.micros()).isEmpty();
            assertThat(only(comm.plan(calls -> calls.allReduce(other, ReduceOp.SUM))).why())
                .contains("both buffers lie in none");
          }
        });
  }

  /** It needs no windows, so it misses none; its time is that of own kernels. */
  @Test
  void aCallByAnOwnKernel_missesNoWindow_andHasItsTime() {
    TuningChoice measured =
        new TuningChoice(
            16,
            true,
            "a test",
            List.of(new TuningChoice.Time("all_reduce", 32, 9, 6, 2, 3.5, 1.5)));
    List<LogRecord> told = new CopyOnWriteArrayList<>();
    whileHeard(
        told,
        () ->
            run(
                2,
                CommunicatorConfig.builder()
                    .name("kernels")
                    .tuning(Tuning.of(measured).kernels())
                    .build(),
                rank -> {
                  Communicator comm = rank.communicator();
                  try (DeviceBuffer plain = rank.device().allocate(DataType.FLOAT32, 8)) {
                    plain.copyFrom(new float[8]);
                    CallForecast plan = only(comm.plan(c -> c.allReduce(plain, ReduceOp.SUM)));
                    assertThat(plan.isOwnKernel()).isTrue();
                    assertThat(plan.micros()).hasValue(3.5);
                    assertThat(plan.preparedMicros()).hasValue(1.5);
                    comm.allReduce(plain, ReduceOp.SUM);
                    comm.group(calls -> calls.allReduce(plain, ReduceOp.SUM));
                    comm.defaultStream().synchronize();
                    assertThat(told).noneMatch(each -> isOf(each, rank.rank()));
                    comm.group(
                        calls -> {
                          calls.allReduce(plain.slice(0, 4), ReduceOp.SUM);
                          calls.allReduce(plain.slice(4, 4), ReduceOp.SUM);
                        });
                    comm.defaultStream().synchronize();
                  }
                }));
    assertThat(told).anyMatch(each -> text(each).contains("misses the windows"));
  }

  @Test
  void whatHasNoSymmetricKernel_missesNothing() {
    List<LogRecord> told = new CopyOnWriteArrayList<>();
    whileHeard(
        told,
        () ->
            run(
                2,
                tuned(WINDOWS).build(),
                rank -> {
                  Communicator comm = rank.communicator();
                  try (DeviceBuffer ints = rank.device().allocate(DataType.INT32, 8);
                      DeviceBuffer floats = rank.device().allocate(DataType.FLOAT32, 8);
                      DeviceBuffer none = rank.device().allocate(DataType.FLOAT32, 0)) {
                    List<CallForecast> found =
                        comm.plan(
                            calls -> {
                              calls.allReduce(ints, ReduceOp.SUM);
                              calls.allReduce(floats, ReduceOp.MAX);
                              calls.broadcast(floats, 1);
                            });
                    assertThat(found)
                        .allSatisfy(each -> assertThat(each.why()).contains("no symmetric kernel"));
                    assertThat(found)
                        .extracting(CallForecast::micros)
                        .containsExactly(
                            OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.of(5));
                    ints.copyFrom(1, 1, 1, 1, 1, 1, 1, 1);
                    floats.copyFrom(1f, 1, 1, 1, 1, 1, 1, 1);
                    comm.allReduce(ints, ReduceOp.SUM);
                    comm.allReduce(floats, ReduceOp.MAX);
                    comm.broadcast(floats, 1);
                    comm.allReduce(none, ReduceOp.SUM);
                    comm.barrier();
                    comm.defaultStream().synchronize();
                  }
                }));
    assertThat(told).isEmpty();
  }

  @Test
  void aMissedWindow_isWarnedOf_onceForEachCommunicator_aloneInGroupsAndPrepared() {
    for (boolean grouped : List.of(false, true)) {
      List<LogRecord> told = new CopyOnWriteArrayList<>();
      whileHeard(
          told,
          () ->
              run(
                  2,
                  tuned(WINDOWS).name("warned").build(),
                  rank -> {
                    Communicator comm = rank.communicator();
                    try (DeviceBuffer own = comm.allocate(DataType.FLOAT32, 8);
                        DeviceBuffer other = rank.device().allocate(DataType.FLOAT32, 8)) {
                      own.copyFrom(1f, 1, 1, 1, 1, 1, 1, 1);
                      comm.allReduce(own, ReduceOp.SUM);
                      comm.defaultStream().synchronize();
                      assertThat(told).noneMatch(each -> isOf(each, rank.rank()));
                      for (int i = 0; i < 3; i++) {
                        if (grouped) {
                          comm.group(calls -> calls.allReduce(own, other, ReduceOp.SUM));
                        } else {
                          comm.prepare(calls -> calls.allReduce(own, other, ReduceOp.SUM)).close();
                        }
                      }
                      comm.defaultStream().synchronize();
                    }
                  }));
      assertThat(told).hasSize(2);
      assertThat(told)
          .allSatisfy(
              each ->
                  assertThat(text(each))
                      .contains("a call of all_reduce misses the windows")
                      .contains("the receive buffer lies in none")
                      .contains("comm.allocate"));
      assertThat(told).filteredOn(each -> each.getLevel() == Level.WARNING).hasSizeLessThan(2);
    }
  }

  @Test
  void withoutWindows_plainMemoryIsWhatWasMeasured() {
    run(
        2,
        tuned(BLOCKS).build(),
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 8)) {
            CallForecast found = only(comm.plan(calls -> calls.allReduce(buffer, ReduceOp.SUM)));
            assertThat(found.way()).isEqualTo("plain memory, 16 thread blocks");
            assertThat(found.micros()).hasValue(6);
            assertThat(found.why()).isEqualTo("a test");
          }
        });
    run(
        2,
        tuned(BLOCKS).set(ConfigField.MAX_CTAS, 4).build(),
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 8)) {
            CallForecast found = only(comm.plan(calls -> calls.allReduce(buffer, ReduceOp.SUM)));
            assertThat(found.ctas()).isZero();
            assertThat(found.micros()).isEmpty();
            assertThat(found.why()).contains("the program sets thread blocks itself");
          }
        });
    run(
        2,
        CommunicatorConfig.builder().tuning(Tuning.OFF).build(),
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 8)) {
            CallForecast found = only(comm.plan(calls -> calls.allReduce(buffer, ReduceOp.SUM)));
            assertThat(found.way()).isEqualTo("NCCL's defaults");
            assertThat(found.why()).isEqualTo("tuning is off");
          }
        });
  }

  @Test
  void whatTheProgramRegisters_isKnownAsLongAsItIsOpen() {
    run(
        2,
        CommunicatorConfig.defaults(),
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer buffer = rank.device().allocateRegistrable(DataType.FLOAT32, 8)) {
            assertThat(memory(comm, buffer)).isEqualTo(CallMemory.PLAIN);
            try (Registration registration = comm.register(buffer)) {
              assertThat(registration.isClosed()).isFalse();
              assertThat(memory(comm, buffer)).isEqualTo(CallMemory.REGISTERED);
            }
            assertThat(memory(comm, buffer)).isEqualTo(CallMemory.PLAIN);
            try (Window window = comm.registerWindow(buffer)) {
              assertThat(window.isNull()).isFalse();
              assertThat(memory(comm, buffer)).isEqualTo(CallMemory.REGISTERED);
            }
            try (Window window = comm.registerWindow(buffer, WindowFlag.COLLECTIVE_SYMMETRIC)) {
              assertThat(window.isNull()).isFalse();
              assertThat(memory(comm, buffer)).isEqualTo(CallMemory.WINDOWS);
              comm.barrier();
              comm.defaultStream().synchronize();
            }
            assertThat(memory(comm, buffer)).isEqualTo(CallMemory.PLAIN);
          }
        });
  }

  private static CallMemory memory(Communicator comm, DeviceBuffer buffer) {
    return only(comm.plan(calls -> calls.allReduce(buffer, ReduceOp.SUM))).memory();
  }

  @Test
  void listenersSeeMemory_andWhatIsPrepared_alsoWhenItHasRun() {
    List<String> heard = new CopyOnWriteArrayList<>();
    CallListener listener =
        new CallListener() {
          @Override
          public void before(IssuedCall call) {
            heard.add("before " + words(call));
          }

          @Override
          public boolean hearsCompletion() {
            return true;
          }

          @Override
          public void completed(IssuedCall call, double micros) {
            heard.add("completed " + words(call));
          }

          private String words(IssuedCall call) {
            return call.memory().label() + (call.isPrepared() ? ", prepared" : "");
          }
        };
    run(
        2,
        tuned(WINDOWS)
            .listener(where -> where.rank() == 0 ? listener : new CallListener() {})
            .warmUp(false)
            .build(),
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer own = comm.allocate(DataType.FLOAT32, 8);
              DeviceBuffer other = rank.device().allocate(DataType.FLOAT32, 8)) {
            own.copyFrom(1f, 1, 1, 1, 1, 1, 1, 1);
            comm.allReduce(own, ReduceOp.SUM);
            comm.allReduce(own, other, ReduceOp.SUM);
            try (Graph step = comm.prepare(calls -> calls.allReduce(own, ReduceOp.SUM))) {
              step.launch(comm.defaultStream());
              comm.defaultStream().synchronize();
            }
          }
        });
    assertThat(heard)
        .containsExactly(
            "before windows",
            "before plain",
            "before windows, prepared",
            "completed windows",
            "completed plain",
            "completed windows, prepared");
  }

  @Test
  void aPlan_checksItsCalls_andIsNoPartOfAGroup() {
    run(
        2,
        CommunicatorConfig.defaults(),
        rank -> {
          Communicator comm = rank.communicator();
          try (DeviceBuffer buffer = rank.device().allocate(DataType.FLOAT32, 8)) {
            assertThat(comm.plan(calls -> {})).isEmpty();
            assertThatThrownBy(() -> comm.plan(calls -> calls.broadcast(buffer, 7)))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> comm.group(calls -> comm.plan(body -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("plan");
            List<CallForecast> group =
                comm.plan(
                    calls ->
                        comm.group(
                            inner -> {
                              inner.send(buffer, 1 - rank.rank());
                              inner.recv(buffer, 1 - rank.rank());
                            }));
            assertThat(group).extracting(CallForecast::operation).containsExactly("send", "recv");
            comm.barrier();
            comm.defaultStream().synchronize();
          }
        });
  }

  private static void whileHeard(List<LogRecord> told, Runnable body) {
    Logger logger = Logger.getLogger("org.jccl");
    Level before = logger.getLevel();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            if (text(record).contains("misses the windows")) {
              told.add(record);
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    handler.setLevel(Level.ALL);
    logger.setLevel(Level.ALL);
    logger.addHandler(handler);
    try {
      body.run();
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(before);
    }
  }

  private static boolean isOf(LogRecord told, int rank) {
    return text(told).contains("rank " + rank);
  }

  private static String text(LogRecord told) {
    Object[] parameters = told.getParameters();
    return parameters == null
        ? String.valueOf(told.getMessage())
        : MessageFormat.format(told.getMessage(), parameters);
  }
}
