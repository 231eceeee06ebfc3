package org.jccl.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jccl.Collectives;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jccl.testing.FakeBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One dispatch for the typed and one for the raw surface: each operation reaches its own method.
 */
class CallsTest {
  private static final long SEND = 1000;
  private static final long RECV = 2000;
  private static final long COUNT = 3;
  private static final int TYPE = 7;
  private static final int REDUCTION = 2;
  private static final int ROOT = 5;
  private static final long COMM = 600;
  private static final long STREAM = 700;

  @ParameterizedTest
  @EnumSource(Operation.class)
  void raw_isTheFunctionOfTheTable(Operation operation) {
    List<Object> expected = new ArrayList<>();
    if (operation.sendSide() != Operation.Side.NOBODY) {
      expected.add(SEND);
    }
    if (operation.receiveSide() != Operation.Side.NOBODY) {
      expected.add(RECV);
    }
    expected.addAll(List.of(COUNT, TYPE));
    if (operation.reduces()) {
      expected.add(REDUCTION);
    }
    if (operation.hasRoot() || operation.hasPeer()) {
      expected.add(ROOT);
    }
    expected.addAll(List.of(COMM, STREAM));
    List<List<Object>> seen = new ArrayList<>();
    NcclAbi abi =
        recording(
            NcclAbi.class,
            (method, arguments) -> {
              assertThat("nccl" + method).isEqualToIgnoringCase(operation.function().symbol());
              seen.add(arguments);
              return 42;
            });

    int code = abi.issue(operation, SEND, RECV, COUNT, TYPE, REDUCTION, ROOT, COMM, STREAM);

    assertThat(code).isEqualTo(42);
    assertThat(seen).containsExactly(expected);
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void typed_isTheMethodOfTheSameName(Operation operation) {
    Device device = new FakeBackend(1).devices().getFirst();
    DeviceBuffer send = device.allocate(DataType.FLOAT32, 4);
    DeviceBuffer recv = device.allocate(DataType.FLOAT32, 4);
    Stream stream = device.newStream();
    List<Object> expected = new ArrayList<>();
    if (operation.sendSide() != Operation.Side.NOBODY) {
      expected.add(send);
    }
    if (operation.receiveSide() != Operation.Side.NOBODY) {
      expected.add(recv);
    }
    if (operation.reduces()) {
      expected.add(ReduceOp.MIN);
    }
    if (operation.hasRoot() || operation.hasPeer()) {
      expected.add(ROOT);
    }
    expected.add(stream);
    List<List<Object>> seen = new ArrayList<>();
    Collectives on =
        recording(
            Collectives.class,
            (method, arguments) -> {
              assertThat(method).isEqualToIgnoringCase(operation.label().replace("_", ""));
              seen.add(arguments);
              return null;
            });

    Calls.issue(on, operation, send, recv, ReduceOp.MIN, ROOT, stream);

    assertThat(seen).containsExactly(expected);
  }

  private interface Answer {
    Object to(String method, List<Object> arguments);
  }

  private static <T> T recording(Class<T> type, Answer answer) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            method.isDefault() && isDispatch(method)
                ? InvocationHandler.invokeDefault(proxy, method, arguments)
                : answer.to(method.getName().toLowerCase(Locale.ROOT), Arrays.asList(arguments));
    return type.cast(
        Proxy.newProxyInstance(CallsTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static boolean isDispatch(Method method) {
    return method.getName().equals("issue");
  }
}
