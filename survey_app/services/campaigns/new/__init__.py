"""A campaign from the browser: values of a form and the files sent with it (`checking`), or a campaign file with everything it names (`uploads`);
then `creating`.
"""
