// A Java server of every version and suite that it still has: Server ADDRESS
// PORT FILE.p12. It ends each connection after the handshake.
// SPDX-License-Identifier: Apache-2.0
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Security;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

public class Server {
    static void answer(SSLSocket socket) {
        try (socket) {
            socket.startHandshake();
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    public static void main(String[] args) throws Exception {
        Security.setProperty("jdk.tls.disabledAlgorithms", "");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(args[2])) {
            keys.load(in, new char[0]);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance("SunX509");
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        SSLServerSocket listener =
            (SSLServerSocket)context.getServerSocketFactory().createServerSocket(
                Integer.parseInt(args[1]), 8, InetAddress.getByName(args[0]));
        listener.setEnabledCipherSuites(listener.getSupportedCipherSuites());
        listener.setEnabledProtocols(listener.getSupportedProtocols());
        while (true) {
            SSLSocket socket = (SSLSocket)listener.accept();
            new Thread(() -> answer(socket)).start();
        }
    }
}
