package org.jccl.conformance.loopback;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jccl.Backend;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.spi.CaptureGuard;
import org.jccl.spi.OwnedStream;
import org.jccl.spi.WaitListeners;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** Devices, streams, events and graphs of another process: an object here for each of them. */
final class RemoteObjects {
  private static final String DONE = "join[]";

  private final RemoteLoopback loopback;
  private final Map<Long, Object> known = new ConcurrentHashMap<>();
  private final Map<Object, Wire.Ref> refs = new ConcurrentHashMap<>();

  RemoteObjects(RemoteLoopback loopback) {
    this.loopback = loopback;
  }

  /** A device of the backend. */
  Device device(Backend backend, long id) {
    return (Device)
        known.computeIfAbsent(id, none -> made(new Wire.Ref(id, Device.class), backend));
  }

  /** What the host has answered, as an object of this process. */
  @Nullable Object local(@Nullable Object answer) {
    return answer instanceof Wire.Ref ref && ref.type() != CompletableFuture.class
        ? known.computeIfAbsent(ref.id(), none -> made(ref, null))
        : answer;
  }

  /** What is sent for an argument. */
  @Nullable Object remote(@Nullable Object argument) {
    if (argument == null) {
      return null;
    }
    Wire.Ref ref = Proxy.isProxyClass(argument.getClass()) ? refs.get(argument) : null;
    return ref == null ? argument : ref;
  }

  private Object made(Wire.Ref ref, @Nullable Backend backend) {
    Object proxy =
        Proxy.newProxyInstance(
            RemoteObjects.class.getClassLoader(), interfaces(ref.type()), new Remote(ref, backend));
    refs.put(proxy, ref);
    return proxy;
  }

  /** What an object here can do. */
  private static Class<?>[] interfaces(Class<?> kind) {
    return kind == Device.class
        ? new Class<?>[] {Device.class, CaptureGuard.class}
        : new Class<?>[] {kind};
  }

  /** The methods that may be called of an object of some kind. */
  static Map<String, Method> methods(Class<?> kind) {
    Map<String, Method> methods = new HashMap<>();
    for (Class<?> each : interfaces(kind)) {
      methods.putAll(Wire.methods(each));
    }
    return methods;
  }

  /** One object. */
  private final class Remote implements InvocationHandler {
    private final Wire.Ref ref;
    private final @Nullable Backend backend;
    private final WaitListeners waits = new WaitListeners();

    Remote(Wire.Ref ref, @Nullable Backend backend) {
      this.ref = ref;
      this.backend = backend;
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, @Nullable Object[] given)
        throws Throwable {
      @Nullable Object[] arguments = given == null ? new Object[0] : given;
      if (method.getDeclaringClass() == Object.class) {
        return switch (method.getName()) {
          case "equals" -> self == arguments[0];
          case "hashCode" -> System.identityHashCode(self);
          default -> ref.type().getSimpleName() + " " + ref.id() + " of another process";
        };
      }
      if (method.getName().equals("watch")) {
        return InvocationHandler.invokeDefault(self, method, arguments); // of a buffer that is here
      }
      if (self instanceof Device device && backend != null) {
        switch (method.getName()) {
          case "backend" -> {
            return backend;
          }
          case "allocateRegistrable" -> {
            return backend.allocateRegistrable(
                device,
                Wire.argument(arguments, 0, DataType.class),
                Wire.argument(arguments, 1, Long.class));
          }
          case "allocate" -> {
            return InvocationHandler.invokeDefault(self, method, arguments);
          }
          case "close" -> {
            return null; // The host has it.
          }
          default -> {}
        }
      }
      return self instanceof OwnedStream
          ? ofStream(self, method, arguments)
          : call(method, arguments);
    }

    private @Nullable Object ofStream(Object self, Method method, @Nullable Object[] arguments)
        throws Throwable {
      switch (method.getName()) {
        case "run" ->
            throw new TestAbortedException(
                "not run: work of the program's own cannot run on a simulator in another process");
        case "addWaitListener" -> {
          waits.add(Wire.argument(arguments, 0, Runnable.class));
          return null;
        }
        case "removeWaitListener" -> {
          waits.remove(Wire.argument(arguments, 0, Runnable.class));
          return null;
        }
        case "completion" -> {
          return completion(Wire.Ref.class.cast(Objects.requireNonNull(call(method, arguments))));
        }
        case "synchronize" -> {
          if (arguments.length > 0) {
            return InvocationHandler.invokeDefault(self, method, arguments);
          }
          call(method, arguments);
          waits.tell();
          return null;
        }
        default -> {
          return call(method, arguments);
        }
      }
    }

    private @Nullable Object call(Method method, @Nullable Object[] arguments) throws Throwable {
      return loopback.call(ref.id(), Wire.key(method), arguments);
    }

    /** Waits there on a thread of its own. */
    private CompletableFuture<Void> completion(Wire.Ref there) {
      CompletableFuture<Void> here = new CompletableFuture<>();
      Thread.ofPlatform()
          .daemon()
          .name("loopback-completion")
          .start(
              () -> {
                try {
                  loopback.call(there.id(), DONE);
                  here.complete(null);
                } catch (Throwable failed) {
                  Throwable cause = failed.getCause();
                  here.completeExceptionally(cause == null ? failed : cause);
                }
              });
      return here;
    }
  }
}
