"""The pages: the API's own URLs opened in a browser, and the forms with which people change things.

``renderer`` gives the API's answers as pages; ``pages`` says what each page needs beside the answer; ``forms`` holds
the pages that change something, under ``/web/``. All works without JavaScript, and all goes through the services.
"""
