// What a Java client makes of https://localhost:PORT/ for each port.
// SPDX-License-Identifier: Apache-2.0
import java.io.FileInputStream;
import java.net.URL;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class Client {
    static SSLContext trusting(String file) throws Exception {
        KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
        roots.load(null, null);
        try (FileInputStream in = new FileInputStream(file)) {
            roots.setCertificateEntry("root",
                CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(
            TrustManagerFactory.getDefaultAlgorithm());
        managers.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    static String words(Throwable e) {
        StringBuilder all = new StringBuilder();
        for (; e != null; e = e.getCause()) {
            all.append(e.toString()).append(" | ");
        }
        return all.toString().replaceAll("\\s+", " ");
    }

    public static void main(String[] args) throws Exception {
        SSLContext context = trusting(args[0]);
        for (int i = 1; i < args.length; i++) {
            try {
                HttpsURLConnection c = (HttpsURLConnection) new URL(
                    "https://localhost:" + args[i] + "/").openConnection();
                c.setSSLSocketFactory(context.getSocketFactory());
                c.setConnectTimeout(8000);
                c.setReadTimeout(8000);
                c.getInputStream().readAllBytes();
                System.out.println(args[i] + " works");
            } catch (Exception e) {
                System.out.println(args[i] + " fails " + words(e));
            }
        }
    }
}
