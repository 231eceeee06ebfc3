package org.jccl.conformance.stranger;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.GroupScope;

/**
 * A backend whose types are nobody else's: the simulator seen through proxies that have the API's
 * interfaces and no class of jccl's. What casts to more than the API promises fails on it.
 */
final class StrangerBackend {
  private StrangerBackend() {}

  static Backend over(Backend honest) {
    return proxy(
        Backend.class, (proxy, method, arguments) -> call(honest, method, unwrapped(arguments)));
  }

  /** Remembers what it stands for. */
  private record Handler(Communicator honest) implements InvocationHandler {
    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      return switch (method.getName()) {
        case "equals" -> proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> call(honest, method, arguments);
      };
    }
  }

  private static Object call(Object honest, Method method, Object[] arguments) throws Throwable {
    try {
      return wrapped(method.invoke(honest, arguments));
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private static Object wrapped(Object result) {
    if (result instanceof Communicator communicator) {
      return proxy(Communicator.class, new Handler(communicator));
    }
    if (result instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Communicator) {
      return list.stream().map(StrangerBackend::wrapped).toList();
    }
    return result;
  }

  /** Groups of several communicators name them: the honest scope knows only honest ones. */
  @SuppressWarnings("unchecked")
  private static Object[] unwrapped(Object[] arguments) {
    if (arguments == null || arguments.length != 1 || !(arguments[0] instanceof Consumer)) {
      return arguments;
    }
    Consumer<GroupScope> body = (Consumer<GroupScope>) arguments[0];
    Consumer<GroupScope> onHonest =
        scope ->
            body.accept(
                communicator ->
                    scope.on(((Handler) Proxy.getInvocationHandler(communicator)).honest()));
    return new Object[] {onHonest};
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            StrangerBackend.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
